CREATE TYPE public.k AS ENUM ('a', 'b');
CREATE DOMAIN public.dk AS public.k DEFAULT 'a';
CREATE TYPE public.ck AS (k public.k, n integer);
CREATE TABLE public.t (id integer PRIMARY KEY, d public.dk, c public.ck);
