CREATE TABLE public.start (id integer PRIMARY KEY);
