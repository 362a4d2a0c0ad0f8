CREATE TABLE public.p (id integer PRIMARY KEY, code text, other text, CONSTRAINT p_code UNIQUE (code));
CREATE TABLE public.c (id integer PRIMARY KEY, code text REFERENCES public.p (code));
