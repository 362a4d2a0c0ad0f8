CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer GENERATED ALWAYS AS (a + 1) STORED);
CREATE VIEW public.v AS SELECT id, b FROM public.t;
CREATE INDEX t_b ON public.t (b);
