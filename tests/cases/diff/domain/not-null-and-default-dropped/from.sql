CREATE DOMAIN public.d AS text DEFAULT 'x' NOT NULL;
CREATE TABLE public.t (id integer PRIMARY KEY, a public.d);
