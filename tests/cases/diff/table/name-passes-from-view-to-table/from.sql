CREATE TABLE public.raw (id integer PRIMARY KEY, n integer);
CREATE VIEW public.summary AS SELECT count(*) AS n FROM public.raw;
