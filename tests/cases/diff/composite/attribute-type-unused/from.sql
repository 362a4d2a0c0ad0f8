CREATE TYPE public.pair AS (a integer, b varchar(5));
CREATE FUNCTION public.swap(p public.pair) RETURNS public.pair LANGUAGE sql IMMUTABLE AS $$ SELECT p $$;
