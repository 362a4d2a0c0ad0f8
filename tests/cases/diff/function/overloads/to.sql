CREATE FUNCTION public.f(integer) RETURNS integer LANGUAGE sql AS $$ SELECT $1 + 1 $$;
CREATE FUNCTION public.f(integer, integer) RETURNS integer LANGUAGE sql AS $$ SELECT $1 + $2 $$;
CREATE FUNCTION public.f(VARIADIC numeric[]) RETURNS numeric LANGUAGE sql AS $$ SELECT $1[1] $$;
