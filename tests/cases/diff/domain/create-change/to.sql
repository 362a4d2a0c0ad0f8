CREATE DOMAIN public.email AS text DEFAULT 'nobody@example.org' NOT NULL CONSTRAINT email_check CHECK (VALUE ~ '^[^@]+@[^@]+$');
CREATE DOMAIN public.percent AS integer CHECK (VALUE BETWEEN 0 AND 100);
CREATE TABLE public.customer (id integer PRIMARY KEY, mail public.email);
