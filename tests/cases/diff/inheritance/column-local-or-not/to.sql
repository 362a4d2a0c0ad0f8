CREATE TABLE public.p (id integer);
CREATE TABLE public.c (id integer, name text) INHERITS (public.p);
