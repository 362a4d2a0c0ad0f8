CREATE TABLE public.t (id integer PRIMARY KEY, n integer);
ALTER TABLE public.t ADD CONSTRAINT n_needed NOT NULL n NOT VALID;
