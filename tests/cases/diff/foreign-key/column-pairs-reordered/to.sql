CREATE TABLE public.p (a integer, b integer, PRIMARY KEY (a, b), UNIQUE (b, a));
CREATE TABLE public.c (x integer, y integer, CONSTRAINT c_p FOREIGN KEY (x, y) REFERENCES public.p (b, a));
