CREATE FUNCTION public.f() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET statement_timeout = '5s' AS $$ SELECT 'x' $$;
CREATE FUNCTION public.g() RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$;
