CREATE TYPE public.address AS (street text, zip text, city text COLLATE "C");
CREATE TABLE public.t (id integer PRIMARY KEY, a public.address);
COMMENT ON COLUMN public.address.city IS 'where';
