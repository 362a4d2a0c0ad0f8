CREATE TABLE public.a (id integer PRIMARY KEY);
CREATE PUBLICATION feed FOR TABLE public.a WITH (publish = 'insert');
