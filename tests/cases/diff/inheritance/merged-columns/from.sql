CREATE TABLE public.a (id integer, name text);
CREATE TABLE public.b (id integer);
CREATE TABLE public.c (id integer, name text) INHERITS (public.a);
