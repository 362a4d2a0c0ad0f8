CREATE DOMAIN public.k AS text CHECK (VALUE IN ('a', 'b'));
CREATE TABLE public.t (id integer PRIMARY KEY, x public.k NOT NULL DEFAULT 'a');
