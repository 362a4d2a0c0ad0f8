CREATE TABLE public.a (id integer PRIMARY KEY, x text);
CREATE TABLE public.b (id integer PRIMARY KEY, y text);
CREATE TABLE public.c (id integer PRIMARY KEY, z text);
CREATE PUBLICATION feed FOR TABLE public.a, TABLE public.b;
