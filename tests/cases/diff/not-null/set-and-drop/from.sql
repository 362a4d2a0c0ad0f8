CREATE TABLE public.reader (id integer PRIMARY KEY, name text, card text NOT NULL);
