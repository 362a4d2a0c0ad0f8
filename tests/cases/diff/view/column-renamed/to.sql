CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE VIEW public.v AS SELECT id, a AS alpha FROM public.t;
CREATE VIEW public.w AS SELECT alpha AS a FROM public.v;
