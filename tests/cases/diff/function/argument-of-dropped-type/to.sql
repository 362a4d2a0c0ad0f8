CREATE FUNCTION public.f(x text) RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$;
