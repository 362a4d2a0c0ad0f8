CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b varchar(5));
CREATE STATISTICS public.st ON a, b FROM public.t;
CREATE STATISTICS public.st_e ON (a + 1), lower(b) FROM public.t;
