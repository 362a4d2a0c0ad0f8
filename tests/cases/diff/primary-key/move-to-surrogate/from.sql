CREATE TABLE public.t (code text PRIMARY KEY, n integer);
