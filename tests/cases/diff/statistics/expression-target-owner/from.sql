CREATE TABLE public.t (id integer PRIMARY KEY, a text, b text, at timestamptz);
CREATE STATISTICS public.st (mcv) ON a, b FROM public.t;
ALTER STATISTICS public.st SET STATISTICS 100;
