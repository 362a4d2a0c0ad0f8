CREATE TABLE public.t (id integer PRIMARY KEY, b integer, c integer);
CREATE INDEX t_a ON public.t (b);
