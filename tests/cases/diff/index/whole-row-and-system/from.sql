CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer[]);
CREATE INDEX i ON public.t (a) WHERE b IS NULL;
