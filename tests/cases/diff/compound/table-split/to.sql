CREATE TABLE public.person (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE public.person_address (
    person integer PRIMARY KEY REFERENCES public.person ON DELETE CASCADE, street text, city text
);
CREATE VIEW public.label AS SELECT p.name, a.street, a.city FROM public.person p LEFT JOIN public.person_address a ON a.person = p.id;
