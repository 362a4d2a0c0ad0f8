CREATE TABLE public.person (id integer PRIMARY KEY, name text NOT NULL, street text, city text);
CREATE VIEW public.label AS SELECT name, street, city FROM public.person;
