CREATE FUNCTION public.greet(name text) RETURNS text LANGUAGE sql AS $$ SELECT 'Good day ' || name $$;
CREATE FUNCTION public.add(a integer, b integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN a + b; END $$;
