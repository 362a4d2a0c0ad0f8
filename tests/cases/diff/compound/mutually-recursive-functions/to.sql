CREATE FUNCTION public.is_even(n bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT n = 0 OR public.is_odd(n - 1) $$;
CREATE FUNCTION public.is_odd(n bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT n <> 0 AND public.is_even(n - 1) $$;
CREATE VIEW public.v AS SELECT public.is_even(4) AS e;
