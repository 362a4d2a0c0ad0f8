CREATE TABLE public.animal (id integer, name text NOT NULL, age integer DEFAULT 0, CONSTRAINT age_pos CHECK (age >= 0));
CREATE TABLE public.dog (legs integer) INHERITS (public.animal);
