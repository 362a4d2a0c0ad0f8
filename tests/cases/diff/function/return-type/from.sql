CREATE FUNCTION public.total() RETURNS integer LANGUAGE sql STABLE AS $$ SELECT 1 $$;
COMMENT ON FUNCTION public.total() IS 'of all';
GRANT EXECUTE ON FUNCTION public.total() TO corpus_reader;
