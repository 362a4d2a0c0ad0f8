CREATE TABLE public.t (n numeric);
CREATE AGGREGATE public.total(numeric) (SFUNC = numeric_add, STYPE = numeric);
CREATE VIEW public.v AS SELECT public.total(n) AS n FROM public.t;
