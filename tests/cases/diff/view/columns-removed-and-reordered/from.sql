CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer);
CREATE VIEW public.v AS SELECT id, a, b FROM public.t;
CREATE VIEW public.w AS SELECT id, a, b FROM public.t;
COMMENT ON COLUMN public.w.a IS 'an a';
