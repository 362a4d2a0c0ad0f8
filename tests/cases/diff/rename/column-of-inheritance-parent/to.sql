CREATE TABLE public.p (title text);
CREATE TABLE public.c (n integer) INHERITS (public.p);
