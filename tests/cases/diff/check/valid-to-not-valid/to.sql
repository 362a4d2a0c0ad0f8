CREATE TABLE public.t (id integer PRIMARY KEY, n integer);
ALTER TABLE public.t ADD CONSTRAINT n_pos CHECK (n > 0) NOT VALID;
