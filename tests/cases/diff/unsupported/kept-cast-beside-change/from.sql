CREATE TYPE public.celsius AS (degrees numeric);
CREATE FUNCTION public.to_celsius(n numeric) RETURNS public.celsius LANGUAGE sql IMMUTABLE AS $$ SELECT ROW(n)::public.celsius $$;
CREATE CAST (numeric AS public.celsius) WITH FUNCTION public.to_celsius(numeric);
CREATE TEXT SEARCH CONFIGURATION public.plain_words (COPY = simple);
CREATE TABLE public.t (id integer PRIMARY KEY);
