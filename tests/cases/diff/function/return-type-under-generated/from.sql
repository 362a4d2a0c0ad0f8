CREATE FUNCTION public.score(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT a * 2 $$;
CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b bigint GENERATED ALWAYS AS (public.score(a)) STORED);
