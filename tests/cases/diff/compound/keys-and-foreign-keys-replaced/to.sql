CREATE TABLE public.a (id integer NOT NULL, code text CONSTRAINT a_pkey PRIMARY KEY);
CREATE TABLE public.b (id integer PRIMARY KEY, a_code text NOT NULL REFERENCES public.a);
CREATE INDEX b_a ON public.b (a_code);
