CREATE TABLE public.kept (id integer);
CREATE TABLE public.a (id integer);
CREATE TABLE public.b (x text) INHERITS (public.a);
CREATE TABLE public.c () INHERITS (public.a, public.kept);
