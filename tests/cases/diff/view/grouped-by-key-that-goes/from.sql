CREATE TABLE public.t (id integer CONSTRAINT t_pkey PRIMARY KEY, a integer NOT NULL);
CREATE VIEW public.v AS SELECT id, a, count(*) AS n FROM public.t GROUP BY id;
CREATE MATERIALIZED VIEW public.m AS SELECT id, a, count(*) AS n FROM public.t GROUP BY id;
