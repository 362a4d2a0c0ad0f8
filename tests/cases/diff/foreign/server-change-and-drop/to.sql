CREATE EXTENSION postgres_fdw;
CREATE SERVER far VERSION '18' FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'b', dbname 'it''s');
