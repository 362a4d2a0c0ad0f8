CREATE TABLE public.reader (id integer PRIMARY KEY, name text NOT NULL, card text);
