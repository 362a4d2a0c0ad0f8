CREATE TYPE public.k AS ENUM ('a', 'b', 'c');
CREATE TABLE public.p (k public.k PRIMARY KEY);
CREATE TABLE public.c (id integer PRIMARY KEY, k public.k NOT NULL REFERENCES public.p);
