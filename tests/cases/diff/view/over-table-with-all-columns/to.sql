CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b text);
CREATE VIEW public.v AS SELECT t FROM public.t;
CREATE VIEW public.u AS SELECT t.* FROM public.t;
