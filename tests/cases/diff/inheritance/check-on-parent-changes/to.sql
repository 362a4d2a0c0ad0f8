CREATE TABLE public.p (id integer, CONSTRAINT id_pos CHECK (id >= 0));
CREATE TABLE public.c (n integer, CONSTRAINT n_pos CHECK (n >= 0)) INHERITS (public.p);
