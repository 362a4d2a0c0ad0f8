CREATE TYPE public.pair AS (a bigint, b varchar(50));
CREATE FUNCTION public.swap(p public.pair) RETURNS public.pair LANGUAGE sql IMMUTABLE AS $$ SELECT p $$;
