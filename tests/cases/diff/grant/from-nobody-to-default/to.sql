CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$;
CREATE TYPE public.mood AS ENUM ('ok');
CREATE SCHEMA app;
