CREATE FUNCTION public.f(integer) RETURNS integer LANGUAGE sql AS $$ SELECT $1 $$;
CREATE FUNCTION public.f(text) RETURNS text LANGUAGE sql AS $$ SELECT $1 $$;
CREATE PROCEDURE public.p(a integer) LANGUAGE sql AS $$ SELECT $$;
CREATE AGGREGATE public.agg(numeric) (SFUNC = numeric_add, STYPE = numeric);
GRANT EXECUTE ON FUNCTION public.f(text) TO corpus_reader;
