CREATE TABLE public.a (id integer PRIMARY KEY, x integer, y integer GENERATED ALWAYS AS (x + 1) STORED);
CREATE PUBLICATION feed FOR TABLE public.a;
