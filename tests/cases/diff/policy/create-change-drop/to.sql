CREATE TABLE public.memo (id integer PRIMARY KEY, owner text, secret boolean);
ALTER TABLE public.memo ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.memo FOR SELECT TO corpus_reader USING (owner = CURRENT_USER AND NOT secret);
CREATE POLICY adds ON public.memo FOR INSERT TO corpus_writer WITH CHECK (owner = CURRENT_USER);
CREATE POLICY strict ON public.memo AS RESTRICTIVE USING (id > 0);
