CREATE TABLE public.t (id integer PRIMARY KEY, n integer);
CREATE VIEW public.z AS SELECT id FROM public.t;
