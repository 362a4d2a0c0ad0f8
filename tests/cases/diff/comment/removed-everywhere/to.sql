CREATE SCHEMA app;
CREATE TABLE app.t (id integer CONSTRAINT t_pk PRIMARY KEY, n integer);
CREATE INDEX t_n ON app.t (n);
CREATE VIEW app.v AS SELECT id FROM app.t;
CREATE FUNCTION app.f(a integer) RETURNS integer LANGUAGE sql AS $$ SELECT a $$;
CREATE TYPE app.e AS ENUM ('a');
CREATE TYPE app.c AS (x integer);
CREATE SEQUENCE app.s;
