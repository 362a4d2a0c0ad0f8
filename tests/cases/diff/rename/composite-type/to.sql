CREATE TYPE public.address AS (street text);
CREATE TABLE public.t (id integer PRIMARY KEY, a public.address);
CREATE FUNCTION public.f(a public.address) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT (a).street $$;
