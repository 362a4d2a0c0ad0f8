CREATE TABLE public.p (id integer PRIMARY KEY);
CREATE TABLE public.q (id integer PRIMARY KEY);
CREATE TABLE public.c (id integer PRIMARY KEY, ref integer CONSTRAINT c_ref REFERENCES public.p);
