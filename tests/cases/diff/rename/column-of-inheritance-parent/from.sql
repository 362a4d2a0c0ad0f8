CREATE TABLE public.p (name text);
CREATE TABLE public.c (n integer) INHERITS (public.p);
