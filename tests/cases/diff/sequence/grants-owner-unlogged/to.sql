CREATE UNLOGGED SEQUENCE public.s;
ALTER SEQUENCE public.s OWNER TO corpus_writer;
GRANT SELECT, UPDATE ON SEQUENCE public.s TO corpus_reader;
COMMENT ON SEQUENCE public.s IS 'numbers';
