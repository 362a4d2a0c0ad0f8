CREATE TABLE public.t (id integer PRIMARY KEY);
CREATE POLICY new_policy ON public.t FOR SELECT TO corpus_reader USING (id > 0);
