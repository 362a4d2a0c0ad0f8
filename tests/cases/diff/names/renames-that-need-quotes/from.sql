CREATE TABLE public.person (id integer CONSTRAINT person_pk PRIMARY KEY, name text);
