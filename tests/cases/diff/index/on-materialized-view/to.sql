CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE MATERIALIZED VIEW public.mv AS SELECT id, a FROM public.t;
CREATE UNIQUE INDEX mv_id ON public.mv (id);
CREATE INDEX mv_a ON public.mv (a DESC);
