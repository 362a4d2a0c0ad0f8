CREATE TABLE public.a (id integer PRIMARY KEY);
ALTER TABLE public.a ENABLE ROW LEVEL SECURITY;
CREATE TABLE public.b (id integer PRIMARY KEY);
CREATE POLICY b_all ON public.b USING (true);
