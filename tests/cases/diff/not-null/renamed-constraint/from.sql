CREATE TABLE public.t (id integer PRIMARY KEY, n integer CONSTRAINT n_needed NOT NULL);
