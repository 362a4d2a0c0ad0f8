CREATE TABLE public.reader (id integer PRIMARY KEY, name text);
