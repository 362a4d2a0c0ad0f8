CREATE TABLE public.t (id integer PRIMARY KEY, a numeric(10,4), b numeric(10,2), c numeric);
