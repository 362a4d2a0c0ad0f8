CREATE TABLE public.raw (id integer PRIMARY KEY, n integer);
CREATE INDEX lookup ON public.raw (n);
