CREATE DOMAIN public.email AS text CONSTRAINT email_check CHECK (VALUE LIKE '%@%');
CREATE TABLE public.customer (id integer PRIMARY KEY, mail public.email);
