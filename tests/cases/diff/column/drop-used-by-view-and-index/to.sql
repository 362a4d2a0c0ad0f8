CREATE TABLE public.t (id integer PRIMARY KEY, b integer);
CREATE VIEW public.v AS SELECT id, b FROM public.t;
