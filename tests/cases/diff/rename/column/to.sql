CREATE TABLE public.person (id integer PRIMARY KEY, last_name text NOT NULL);
CREATE INDEX person_surname_idx ON public.person (last_name);
CREATE VIEW public.names AS SELECT last_name AS surname FROM public.person;
