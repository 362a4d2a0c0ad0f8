CREATE TABLE public.p (id integer, name text, gone text);
CREATE TABLE public.c (id integer, name text) INHERITS (public.p);
