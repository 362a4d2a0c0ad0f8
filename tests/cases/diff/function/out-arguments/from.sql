CREATE FUNCTION public.f(a integer, OUT low integer, OUT high integer) LANGUAGE sql AS $$ SELECT a, a $$;
