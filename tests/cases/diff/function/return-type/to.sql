CREATE FUNCTION public.total() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT 1::bigint $$;
COMMENT ON FUNCTION public.total() IS 'of all';
GRANT EXECUTE ON FUNCTION public.total() TO corpus_reader;
