CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer[]);
CREATE INDEX i ON public.t (a) WHERE b IS NULL AND t.* IS NOT NULL;
CREATE INDEX j ON public.t ((b[1]), (a IS NULL), (CASE WHEN a > 0 THEN 1 ELSE 0 END));
