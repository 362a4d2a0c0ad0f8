CREATE TYPE public.address AS (street text, zip varchar(5), city text);
CREATE FUNCTION public.label(a public.address) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT (a).street $$;
