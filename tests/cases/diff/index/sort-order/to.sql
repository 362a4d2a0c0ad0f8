CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b text);
CREATE INDEX i1 ON public.t (a DESC);
CREATE INDEX i2 ON public.t (a DESC NULLS LAST, b);
CREATE INDEX i3 ON public.t (a);
