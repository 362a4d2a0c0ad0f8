CREATE TABLE public.t (id integer PRIMARY KEY, n numeric);
CREATE FUNCTION public.mul(a numeric, b numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce(a, 1) * coalesce(b, 1) $$;
CREATE AGGREGATE public.product(numeric) (SFUNC = public.mul, STYPE = numeric, INITCOND = '1');
CREATE VIEW public.v AS SELECT public.product(n) AS p FROM public.t;
