CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b text);
CREATE INDEX i1 ON public.t (a);
CREATE INDEX i2 ON public.t (a, b DESC);
CREATE INDEX i3 ON public.t (a NULLS FIRST);
