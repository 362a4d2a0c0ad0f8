CREATE TABLE public.p (id integer PRIMARY KEY);
CREATE TABLE public.c (p integer REFERENCES public.p);
