CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b text[]);
CREATE INDEX i1 ON public.t (a) WITH (fillfactor = 50);
CREATE INDEX i2 ON public.t USING gin (b);
