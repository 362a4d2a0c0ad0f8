CREATE TABLE public.live (id integer CONSTRAINT k1 PRIMARY KEY, note text);
CREATE TABLE public.spare (id integer CONSTRAINT k2 PRIMARY KEY);
CREATE VIEW public.v AS SELECT id FROM public.live;
