CREATE TABLE public.p (id integer PRIMARY KEY, code text NOT NULL);
CREATE UNIQUE INDEX p_code ON public.p (code);
CREATE TABLE public.c (id integer PRIMARY KEY, code text REFERENCES public.p (code) ON UPDATE CASCADE);
