CREATE DOMAIN public.d AS text;
CREATE TABLE public.t (id integer PRIMARY KEY, a public.d);
