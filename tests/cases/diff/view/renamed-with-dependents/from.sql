CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE VIEW public.customers AS SELECT id FROM public.t;
CREATE VIEW public.n AS SELECT count(*) AS n FROM public.customers;
GRANT SELECT ON public.customers TO corpus_reader;
