CREATE TYPE public.address AS (street text, zip text);
CREATE TABLE public.t (id integer PRIMARY KEY, a public.address);
