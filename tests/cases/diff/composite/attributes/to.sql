CREATE TYPE public.address AS (street text, city varchar(80), postcode varchar(10), country char(2));
CREATE FUNCTION public.label(a public.address) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT (a).street $$;
