CREATE TABLE public.t (id integer PRIMARY KEY, n integer);
CREATE PUBLICATION feed FOR TABLE public.t (id) WHERE (id > 100);
