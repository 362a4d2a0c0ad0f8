CREATE DOMAIN public.email AS text CONSTRAINT shape CHECK (VALUE LIKE '%@%');
CREATE TABLE public.t (id integer PRIMARY KEY, m public.email);
