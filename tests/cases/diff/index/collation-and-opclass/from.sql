CREATE TABLE public.t (id integer PRIMARY KEY, a text, b jsonb, c inet);
CREATE INDEX i1 ON public.t (a);
CREATE INDEX i2 ON public.t USING gin (b);
