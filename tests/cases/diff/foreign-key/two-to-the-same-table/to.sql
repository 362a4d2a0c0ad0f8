CREATE TABLE public.p (id integer PRIMARY KEY);
CREATE TABLE public.c (a integer REFERENCES public.p ON DELETE CASCADE, b integer REFERENCES public.p ON DELETE SET NULL);
