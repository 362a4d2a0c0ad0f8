CREATE TABLE public.person (id integer CONSTRAINT k PRIMARY KEY, name text, kind text NOT NULL DEFAULT 'customer');
CREATE VIEW public.customer AS SELECT id, name FROM public.person WHERE kind = 'customer';
