CREATE UNLOGGED TABLE public.p (id integer PRIMARY KEY);
CREATE UNLOGGED TABLE public.c (id integer PRIMARY KEY, p integer REFERENCES public.p);
