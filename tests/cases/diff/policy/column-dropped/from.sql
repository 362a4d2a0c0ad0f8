CREATE TABLE public.t (id integer PRIMARY KEY, owner text, team integer);
CREATE POLICY a ON public.t USING (owner = CURRENT_USER);
CREATE POLICY b ON public.t FOR DELETE USING (owner = CURRENT_USER AND team = 1);
