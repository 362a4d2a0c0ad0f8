CREATE DOMAIN public.mail_address AS text CONSTRAINT shape CHECK (VALUE LIKE '%@%');
CREATE TABLE public.t (id integer PRIMARY KEY, m public.mail_address);
