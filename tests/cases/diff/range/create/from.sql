CREATE TABLE public.reading (id integer PRIMARY KEY, low float8, high float8);
