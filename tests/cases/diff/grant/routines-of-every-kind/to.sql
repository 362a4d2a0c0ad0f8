CREATE FUNCTION public.f(integer) RETURNS integer LANGUAGE sql AS $$ SELECT $1 $$;
CREATE FUNCTION public.f(text) RETURNS text LANGUAGE sql AS $$ SELECT $1 $$;
CREATE PROCEDURE public.p(a integer) LANGUAGE sql AS $$ SELECT $$;
CREATE AGGREGATE public.agg(numeric) (SFUNC = numeric_add, STYPE = numeric);
REVOKE EXECUTE ON FUNCTION public.f(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.f(integer) TO corpus_writer WITH GRANT OPTION;
REVOKE EXECUTE ON PROCEDURE public.p(integer) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE public.p(integer) TO corpus_reader;
REVOKE EXECUTE ON FUNCTION public.agg(numeric) FROM PUBLIC;
