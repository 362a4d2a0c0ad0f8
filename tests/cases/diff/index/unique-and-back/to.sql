CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer);
CREATE INDEX t_a ON public.t (a);
CREATE UNIQUE INDEX t_b ON public.t (b);
