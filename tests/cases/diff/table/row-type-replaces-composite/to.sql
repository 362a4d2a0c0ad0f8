CREATE TABLE public.person (name text, age integer);
CREATE FUNCTION public.label(p public.person) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT (p).name $$;
