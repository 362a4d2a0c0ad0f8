CREATE TABLE public.t (id integer NOT NULL, a integer NOT NULL);
CREATE VIEW public.v AS SELECT id, a, count(*) AS n FROM public.t GROUP BY id, a;
CREATE MATERIALIZED VIEW public.m AS SELECT id, a, count(*) AS n FROM public.t GROUP BY id, a;
