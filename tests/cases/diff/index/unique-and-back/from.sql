CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer);
CREATE UNIQUE INDEX t_a ON public.t (a);
CREATE INDEX t_b ON public.t (b);
