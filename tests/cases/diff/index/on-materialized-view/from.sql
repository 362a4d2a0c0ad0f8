CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE MATERIALIZED VIEW public.mv AS SELECT id, a FROM public.t;
CREATE INDEX mv_a ON public.mv (a);
