CREATE TYPE public.k AS ENUM ('a', 'b');
CREATE TABLE public.t (id integer PRIMARY KEY, k public.k DEFAULT 'a');
