CREATE TABLE public.p (id text PRIMARY KEY);
CREATE TABLE public.c (id integer PRIMARY KEY, p text NOT NULL REFERENCES public.p);
