CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE MATERIALIZED VIEW public.m AS SELECT id, a FROM public.t;
CREATE INDEX m_a ON public.m (a);
CREATE VIEW public.v AS SELECT id FROM public.m;
