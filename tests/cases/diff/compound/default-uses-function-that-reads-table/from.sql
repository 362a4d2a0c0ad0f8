CREATE TABLE public.counter (name text PRIMARY KEY, n integer NOT NULL);
