CREATE TABLE public.t (id integer PRIMARY KEY, a integer UNIQUE);
CREATE TABLE public.c (t integer CONSTRAINT fk REFERENCES public.t);
