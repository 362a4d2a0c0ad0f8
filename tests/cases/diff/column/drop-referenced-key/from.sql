CREATE TABLE public.p (id integer PRIMARY KEY, code integer UNIQUE);
CREATE TABLE public.c (id integer PRIMARY KEY, code integer REFERENCES public.p (code));
