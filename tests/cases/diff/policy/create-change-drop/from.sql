CREATE TABLE public.memo (id integer PRIMARY KEY, owner text, secret boolean);
ALTER TABLE public.memo ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.memo FOR SELECT USING (owner = CURRENT_USER);
CREATE POLICY old ON public.memo FOR DELETE TO corpus_writer USING (false);
