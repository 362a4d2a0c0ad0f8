CREATE TABLE public.p (code text CONSTRAINT p_pk PRIMARY KEY);
CREATE TABLE public.c (id integer PRIMARY KEY, code text CONSTRAINT c_p REFERENCES public.p (code));
