CREATE TABLE public.a (id integer PRIMARY KEY, k text NOT NULL);
CREATE UNIQUE INDEX a_k ON public.a (k);
CREATE TABLE public.b (id integer PRIMARY KEY);
