CREATE TABLE public.t (id integer PRIMARY KEY, note text, n integer NOT NULL);
CREATE INDEX t_note ON public.t (note);
