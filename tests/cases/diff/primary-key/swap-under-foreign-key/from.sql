CREATE TABLE public.p (id integer CONSTRAINT p_pkey PRIMARY KEY, code text NOT NULL CONSTRAINT p_code_key UNIQUE);
CREATE TABLE public.c (id integer PRIMARY KEY, p integer CONSTRAINT c_p_fkey REFERENCES public.p (id));
