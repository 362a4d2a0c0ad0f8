CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE MATERIALIZED VIEW public.v AS SELECT a, count(*) AS n FROM public.t GROUP BY a;
CREATE UNIQUE INDEX v_a ON public.v (a);
CREATE VIEW public.w AS SELECT a FROM public.v WHERE n > 1;
