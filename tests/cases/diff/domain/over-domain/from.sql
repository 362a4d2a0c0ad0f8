CREATE DOMAIN public.mail AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE public.t (id integer PRIMARY KEY, m public.mail);
