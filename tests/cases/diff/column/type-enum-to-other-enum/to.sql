CREATE TYPE public.one AS ENUM ('a', 'b');
CREATE TYPE public.two AS ENUM ('b', 'a', 'c');
CREATE TABLE public.t (id integer PRIMARY KEY, x public.two DEFAULT 'a');
