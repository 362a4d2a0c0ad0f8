CREATE EXTENSION postgres_fdw;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'db.example.org', dbname 'far');
CREATE FOREIGN TABLE public.there (id integer NOT NULL, name text OPTIONS (column_name 'nom')) SERVER far OPTIONS (schema_name 'public', table_name 'there');
