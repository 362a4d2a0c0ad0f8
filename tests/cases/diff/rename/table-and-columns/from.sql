CREATE TABLE public.users (id integer CONSTRAINT k PRIMARY KEY, mail text);
