CREATE EXTENSION postgres_fdw;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;
CREATE FOREIGN TABLE public.ft (id bigint, a text, b integer OPTIONS (column_name 'bee') NOT NULL, d date) SERVER far OPTIONS (table_name 't');
COMMENT ON FOREIGN TABLE public.ft IS 'there';
COMMENT ON COLUMN public.ft.d IS 'day';
GRANT SELECT ON public.ft TO corpus_reader;
