CREATE TABLE public.t (id integer PRIMARY KEY, owner text);
CREATE POLICY a ON public.t FOR ALL USING (owner = CURRENT_USER);
CREATE POLICY b ON public.t AS RESTRICTIVE USING (id > 0);
CREATE POLICY c ON public.t FOR UPDATE USING (id > 0) WITH CHECK (id > 1);
