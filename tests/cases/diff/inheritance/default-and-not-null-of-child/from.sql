CREATE TABLE public.p (id integer DEFAULT 1, name text);
CREATE TABLE public.c () INHERITS (public.p);
