CREATE SEQUENCE public.s;
GRANT USAGE ON SEQUENCE public.s TO corpus_reader;
