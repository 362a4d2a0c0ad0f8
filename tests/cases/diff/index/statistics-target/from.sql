CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer);
CREATE INDEX i1 ON public.t ((a + b), a);
CREATE INDEX i2 ON public.t ((a - b));
ALTER INDEX public.i2 ALTER COLUMN 1 SET STATISTICS 10;
