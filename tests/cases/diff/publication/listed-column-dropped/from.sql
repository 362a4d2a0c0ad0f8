CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer);
CREATE PUBLICATION feed FOR TABLE public.t (id, a, b);
CREATE PUBLICATION filtered FOR TABLE public.t WHERE (id > 3);
