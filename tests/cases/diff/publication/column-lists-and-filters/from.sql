CREATE TABLE public.a (id integer PRIMARY KEY, x integer, y text);
CREATE TABLE public.b (id integer PRIMARY KEY, x integer);
ALTER TABLE public.a REPLICA IDENTITY FULL;
CREATE PUBLICATION feed FOR TABLE public.a (id, x) WHERE (x > 1), TABLE public.b;
