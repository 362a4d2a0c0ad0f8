CREATE EXTENSION postgres_fdw;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;
CREATE FOREIGN TABLE public.ft (id integer NOT NULL, a text OPTIONS (column_name 'x'), b integer, c text COLLATE "C") SERVER far;
