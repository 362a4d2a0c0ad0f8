CREATE TABLE public.animal (id integer NOT NULL, name text);
CREATE TABLE public.dog (id integer NOT NULL, name text, bark text);
CREATE TABLE public.cat () INHERITS (public.animal);
