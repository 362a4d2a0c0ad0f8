CREATE TABLE public.a (id integer, name text, born date);
CREATE TABLE public.b (id integer PRIMARY KEY, a public.a);
