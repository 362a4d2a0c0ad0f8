CREATE FUNCTION public.f(x integer, y integer) RETURNS integer LANGUAGE sql AS $$ SELECT x + y $$;
CREATE FUNCTION public.g(a integer) RETURNS integer LANGUAGE sql AS $$ SELECT a $$;
CREATE FUNCTION public.h(x text DEFAULT 'x', y text DEFAULT 'z') RETURNS text LANGUAGE sql AS $$ SELECT x || y $$;
