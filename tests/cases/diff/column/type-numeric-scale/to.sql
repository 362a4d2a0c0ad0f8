CREATE TABLE public.t (id integer PRIMARY KEY, a numeric(10,2), b numeric(14,2), c numeric(20,5));
