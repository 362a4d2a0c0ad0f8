CREATE TABLE public.t (id integer PRIMARY KEY, owner text);
CREATE POLICY a ON public.t FOR ALL USING (id > 0) WITH CHECK (id > 1);
CREATE POLICY b ON public.t FOR UPDATE TO corpus_reader, corpus_writer USING (id > 0) WITH CHECK (id > 1);
