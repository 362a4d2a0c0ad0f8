CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b text);
CREATE MATERIALIZED VIEW public.m AS SELECT id, a FROM public.t;
CREATE UNIQUE INDEX m_id ON public.m (id);
CREATE VIEW public.v AS SELECT id, a FROM public.m WHERE a > 0;
CREATE VIEW public.w AS SELECT count(*) AS n FROM public.v;
CREATE MATERIALIZED VIEW public.mm AS SELECT n FROM public.w;
