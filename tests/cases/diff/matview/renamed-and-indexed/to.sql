CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE MATERIALIZED VIEW public.daily AS SELECT id, a FROM public.t;
CREATE UNIQUE INDEX daily_id ON public.daily (id);
