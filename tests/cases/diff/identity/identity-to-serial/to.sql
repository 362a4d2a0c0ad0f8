CREATE TABLE public.t (id serial PRIMARY KEY, n integer);
