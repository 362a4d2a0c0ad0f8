CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE MATERIALIZED VIEW public.m AS SELECT id FROM public.t WITH NO DATA;
