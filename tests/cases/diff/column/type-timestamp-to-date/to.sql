CREATE TABLE public.t (id integer PRIMARY KEY, at date NOT NULL);
