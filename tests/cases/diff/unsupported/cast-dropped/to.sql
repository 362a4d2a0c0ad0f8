CREATE TYPE public.celsius AS (degrees numeric);
CREATE FUNCTION public.to_celsius(n numeric) RETURNS public.celsius LANGUAGE sql IMMUTABLE AS $$ SELECT ROW(n)::public.celsius $$;
