CREATE TABLE public.p (id integer PRIMARY KEY);
CREATE TABLE public.c (p integer CONSTRAINT c_belongs_to_p REFERENCES public.p);
