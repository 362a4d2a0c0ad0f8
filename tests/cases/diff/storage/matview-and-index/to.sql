CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE MATERIALIZED VIEW public.mv WITH (autovacuum_enabled = false) AS SELECT id, a FROM public.t;
CREATE INDEX mv_a ON public.mv (a) WITH (fillfactor = 70);
