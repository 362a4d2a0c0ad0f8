CREATE TABLE public.p (id integer DEFAULT 1, name text);
CREATE TABLE public.c (id integer DEFAULT 2, name text NOT NULL) INHERITS (public.p);
