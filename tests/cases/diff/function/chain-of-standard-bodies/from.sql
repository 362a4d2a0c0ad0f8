CREATE FUNCTION public.base(a integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN a + 1;
CREATE FUNCTION public.middle(a integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN public.base(a) * 2;
CREATE VIEW public.v AS SELECT public.middle(3) AS m;
