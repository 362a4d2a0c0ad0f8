CREATE EXTENSION postgres_fdw;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'db2.example.org', dbname 'far', fetch_size '500');
CREATE FOREIGN TABLE public.there (id integer NOT NULL, name text OPTIONS (column_name 'name'), extra date) SERVER far OPTIONS (table_name 'there', updatable 'false');
