CREATE FUNCTION public.f(a integer, OUT low integer, OUT high integer, OUT mean numeric) LANGUAGE sql AS $$ SELECT a, a, a::numeric $$;
