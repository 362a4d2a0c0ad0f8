CREATE TABLE public.a (id integer PRIMARY KEY);
CREATE PUBLICATION kept FOR TABLE public.a;
