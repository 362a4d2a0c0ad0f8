CREATE TABLE public.p (tenant integer, id integer, PRIMARY KEY (tenant, id));
CREATE TABLE public.c (tenant integer NOT NULL, p integer, CONSTRAINT c_p FOREIGN KEY (tenant, p) REFERENCES public.p ON DELETE SET NULL (p));
