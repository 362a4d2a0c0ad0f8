CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE UNIQUE INDEX t_a_key ON public.t (a) WHERE a IS NOT NULL;
