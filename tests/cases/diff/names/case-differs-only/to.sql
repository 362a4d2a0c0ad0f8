CREATE TABLE public.t (id integer PRIMARY KEY, id2 integer, "ID2" integer, "Id" integer);
