CREATE FUNCTION public.f(a bigint) RETURNS bigint LANGUAGE sql AS $$ SELECT a $$;
