CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE VIEW public.a AS SELECT id, a FROM public.t;
CREATE VIEW public.b AS SELECT id, a FROM public.a;
