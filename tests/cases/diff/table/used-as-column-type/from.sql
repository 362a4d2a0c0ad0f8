CREATE TABLE public.a (id integer, name text);
CREATE TABLE public.b (id integer PRIMARY KEY, a public.a);
