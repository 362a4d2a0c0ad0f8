CREATE TYPE public.k AS ENUM ('a');
CREATE FUNCTION public.f(x public.k) RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$;
