CREATE EXTENSION postgres_fdw;
CREATE TABLE public.here (id integer PRIMARY KEY);
