CREATE TABLE public.raw (id integer PRIMARY KEY, n integer);
CREATE INDEX raw_n_idx ON public.raw (n);
CREATE TABLE public.lookup (id integer PRIMARY KEY);
