CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer);
CREATE VIEW public.v AS SELECT id, b FROM public.t;
CREATE VIEW public.w AS SELECT b, a, id FROM public.t;
COMMENT ON COLUMN public.w.a IS 'an a';
