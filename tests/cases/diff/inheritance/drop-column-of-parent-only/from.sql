CREATE TABLE public.p (id integer, gone text);
CREATE TABLE public.c (n integer) INHERITS (public.p);
