CREATE TYPE public.r AS RANGE (subtype = numeric);
CREATE TABLE public.t (id integer PRIMARY KEY, x public.r);
