CREATE TABLE public.p (id integer NOT NULL CONSTRAINT p_id_key UNIQUE, code text CONSTRAINT p_pkey PRIMARY KEY);
CREATE TABLE public.c (id integer PRIMARY KEY, p integer CONSTRAINT c_p_fkey REFERENCES public.p (id));
