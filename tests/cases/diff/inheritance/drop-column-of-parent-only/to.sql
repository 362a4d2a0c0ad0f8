CREATE TABLE public.p (id integer);
CREATE TABLE public.c (n integer) INHERITS (public.p);
