CREATE UNLOGGED TABLE public.t (id integer PRIMARY KEY, a text);
CREATE INDEX t_a ON public.t (a);
