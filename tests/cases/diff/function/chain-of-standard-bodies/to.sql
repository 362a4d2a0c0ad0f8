CREATE FUNCTION public.base(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE RETURN a + b;
CREATE FUNCTION public.middle(a integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN public.base(a, 2) * 2;
CREATE VIEW public.v AS SELECT public.middle(3) AS m;
