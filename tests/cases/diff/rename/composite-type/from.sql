CREATE TYPE public.addr AS (street text);
CREATE TABLE public.t (id integer PRIMARY KEY, a public.addr);
CREATE FUNCTION public.f(a public.addr) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT (a).street $$;
