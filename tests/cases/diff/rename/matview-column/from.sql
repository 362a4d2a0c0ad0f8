CREATE TABLE public.t (id integer PRIMARY KEY, g text);
CREATE MATERIALIZED VIEW public.m AS SELECT g, count(*) AS n FROM public.t GROUP BY g;
CREATE INDEX m_n ON public.m (n);
