CREATE TABLE public.reader (id integer PRIMARY KEY, name text CONSTRAINT name_needed NOT NULL, card text);
