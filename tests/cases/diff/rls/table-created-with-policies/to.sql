CREATE TABLE public.tenant (id integer PRIMARY KEY);
CREATE TABLE public.doc (id integer PRIMARY KEY, tenant integer NOT NULL REFERENCES public.tenant);
ALTER TABLE public.doc ENABLE ROW LEVEL SECURITY;
CREATE POLICY doc_read ON public.doc FOR SELECT TO corpus_reader USING (tenant = current_setting('app.tenant', true)::integer);
CREATE POLICY doc_write ON public.doc TO corpus_writer USING (true) WITH CHECK (tenant > 0);
COMMENT ON POLICY doc_read ON public.doc IS 'own ones';
GRANT SELECT ON public.doc TO corpus_reader;
