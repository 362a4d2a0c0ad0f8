CREATE TABLE public.reader (id integer PRIMARY KEY, name text, card text CONSTRAINT card_needed NOT NULL);
