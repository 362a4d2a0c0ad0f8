CREATE TABLE public.customer (id integer CONSTRAINT k PRIMARY KEY, name text);
