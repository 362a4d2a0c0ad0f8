CREATE TABLE public.doc (id integer PRIMARY KEY, a text, b text);
