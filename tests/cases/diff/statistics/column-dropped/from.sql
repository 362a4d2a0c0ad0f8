CREATE TABLE public.t (a integer, b integer, c integer);
CREATE STATISTICS public.st ON a, b, c FROM public.t;
CREATE STATISTICS public.st2 ON b, c FROM public.t;
