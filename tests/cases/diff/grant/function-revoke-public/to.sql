CREATE FUNCTION public.danger() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ SELECT $$;
CREATE FUNCTION public.safe(integer) RETURNS integer LANGUAGE sql AS $$ SELECT $1 $$;
REVOKE EXECUTE ON FUNCTION public.danger() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.danger() TO corpus_writer;
