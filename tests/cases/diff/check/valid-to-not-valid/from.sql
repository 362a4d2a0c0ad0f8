CREATE TABLE public.t (id integer PRIMARY KEY, n integer, CONSTRAINT n_pos CHECK (n > 0));
