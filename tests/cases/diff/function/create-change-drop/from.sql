CREATE FUNCTION public.greet(name text) RETURNS text LANGUAGE sql AS $$ SELECT 'Hello ' || name $$;
CREATE FUNCTION public.unused() RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$;
