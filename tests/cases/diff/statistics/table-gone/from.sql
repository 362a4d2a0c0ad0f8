CREATE TABLE public.kept (id integer PRIMARY KEY);
CREATE TABLE public.t (a integer, b integer);
CREATE STATISTICS public.st ON a, b FROM public.t;
