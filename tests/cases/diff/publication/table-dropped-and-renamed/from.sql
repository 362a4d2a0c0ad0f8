CREATE TABLE public.a (id integer PRIMARY KEY);
CREATE TABLE public.b (id integer CONSTRAINT b_pk PRIMARY KEY);
CREATE PUBLICATION feed FOR TABLE public.a, TABLE public.b;
