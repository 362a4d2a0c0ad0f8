CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE VIEW public.active_customers AS SELECT id FROM public.t;
CREATE VIEW public.n AS SELECT count(*) AS n FROM public.active_customers;
GRANT SELECT ON public.active_customers TO corpus_reader;
