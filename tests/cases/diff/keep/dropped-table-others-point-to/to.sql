CREATE TABLE public.b (id integer PRIMARY KEY, a integer);
