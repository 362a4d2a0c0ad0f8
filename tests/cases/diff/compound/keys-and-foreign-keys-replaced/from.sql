CREATE TABLE public.a (id integer PRIMARY KEY, code text NOT NULL UNIQUE);
CREATE TABLE public.b (id integer PRIMARY KEY, a integer NOT NULL REFERENCES public.a, a_code text NOT NULL);
CREATE INDEX b_a ON public.b (a);
