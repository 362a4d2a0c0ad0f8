CREATE FUNCTION public.f() RETURNS text LANGUAGE sql SET work_mem = '8MB' SET search_path = public AS $$ SELECT 'x' $$;
CREATE FUNCTION public.g() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ SELECT 'x' $$;
