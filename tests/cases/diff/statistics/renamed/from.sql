CREATE TABLE public.t (a integer, b integer);
CREATE STATISTICS public.st ON a, b FROM public.t;
