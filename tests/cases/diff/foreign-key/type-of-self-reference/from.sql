CREATE TABLE public.n (id integer PRIMARY KEY, up integer REFERENCES public.n ON DELETE SET NULL);
