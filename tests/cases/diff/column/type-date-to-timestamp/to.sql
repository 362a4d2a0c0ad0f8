CREATE TABLE public.t (id integer PRIMARY KEY, at timestamp NOT NULL);
