CREATE TABLE public.doc (id integer PRIMARY KEY, a numeric, b jsonb, c bytea);
