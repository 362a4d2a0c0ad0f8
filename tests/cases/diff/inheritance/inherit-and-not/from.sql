CREATE TABLE public.animal (id integer NOT NULL, name text);
CREATE TABLE public.dog (bark text) INHERITS (public.animal);
CREATE TABLE public.cat (id integer NOT NULL, name text);
