CREATE TABLE public.unrelated (id integer PRIMARY KEY);
CREATE TABLE public.team (id integer PRIMARY KEY, captain integer);
CREATE TABLE public.player (id integer PRIMARY KEY, team integer NOT NULL REFERENCES public.team);
ALTER TABLE public.team ADD CONSTRAINT team_captain_fkey FOREIGN KEY (captain) REFERENCES public.player DEFERRABLE INITIALLY DEFERRED;
