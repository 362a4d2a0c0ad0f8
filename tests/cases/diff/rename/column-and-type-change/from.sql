CREATE TABLE public.item (id integer PRIMARY KEY, qty integer);
