CREATE TABLE public.t (id integer PRIMARY KEY, id2 integer);
