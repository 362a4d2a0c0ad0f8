CREATE TABLE public.a (id integer PRIMARY KEY, x integer, y text);
CREATE TABLE public.b (id integer PRIMARY KEY, x integer);
ALTER TABLE public.a REPLICA IDENTITY FULL;
CREATE PUBLICATION feed FOR TABLE public.a WHERE (x > 5 AND y <> 'z'), TABLE public.b (id);
