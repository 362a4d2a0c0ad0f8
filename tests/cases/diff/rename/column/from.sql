CREATE TABLE public.person (id integer PRIMARY KEY, surname text NOT NULL);
CREATE INDEX person_surname_idx ON public.person (surname);
CREATE VIEW public.names AS SELECT surname FROM public.person;
