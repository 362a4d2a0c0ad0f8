CREATE TABLE public.a (id integer PRIMARY KEY, x text);
CREATE TABLE public.b (id integer PRIMARY KEY, y text);
