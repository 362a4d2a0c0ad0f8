CREATE TYPE public.k AS ENUM ('a', 'b', 'c');
CREATE DOMAIN public.dk AS public.k CHECK (VALUE <> 'c');
CREATE TYPE public.ck AS (kind public.k, n integer);
CREATE TABLE public.t (id integer PRIMARY KEY, d public.dk, c public.ck);
