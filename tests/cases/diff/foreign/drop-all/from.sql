CREATE EXTENSION postgres_fdw;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;
CREATE FOREIGN TABLE public.ft (id integer) SERVER far;
CREATE TABLE public.t (id integer PRIMARY KEY);
