CREATE FUNCTION public.f(a integer) RETURNS void LANGUAGE sql AS $$ SELECT $$;
