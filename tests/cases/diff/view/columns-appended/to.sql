CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer);
CREATE VIEW public.v AS SELECT id, a, b FROM public.t;
CREATE VIEW public.w AS SELECT id FROM public.v WHERE a > 1;
GRANT SELECT ON public.v TO corpus_reader;
