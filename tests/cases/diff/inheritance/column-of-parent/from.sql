CREATE TABLE public.animal (id integer, name text);
CREATE TABLE public.dog (legs integer) INHERITS (public.animal);
