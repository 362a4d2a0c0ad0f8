CREATE FUNCTION public.f(a integer, b integer) RETURNS integer LANGUAGE sql AS $$ SELECT a + b $$;
CREATE FUNCTION public.g(a integer DEFAULT 1) RETURNS integer LANGUAGE sql AS $$ SELECT a $$;
CREATE FUNCTION public.h(x text, y text DEFAULT 'y') RETURNS text LANGUAGE sql AS $$ SELECT x || y $$;
