CREATE TABLE public.p (id integer PRIMARY KEY);
CREATE TABLE public.c (a integer, b integer, d integer, CONSTRAINT c_a FOREIGN KEY (a) REFERENCES public.p, CONSTRAINT c_b FOREIGN KEY (b) REFERENCES public.p NOT ENFORCED);
