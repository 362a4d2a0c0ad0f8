CREATE TYPE public.r AS RANGE (subtype = float8);
CREATE TABLE public.t (id integer PRIMARY KEY, x public.r);
