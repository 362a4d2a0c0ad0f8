CREATE TABLE public.t (id integer PRIMARY KEY, team integer);
CREATE POLICY b ON public.t FOR DELETE USING (team = 1);
