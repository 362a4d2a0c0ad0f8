CREATE TABLE public.t (id integer PRIMARY KEY, a text);
CREATE INDEX t_a ON public.t (a);
CREATE PUBLICATION feed FOR TABLE public.t;
