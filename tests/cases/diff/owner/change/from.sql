CREATE SCHEMA app;
CREATE TABLE app.t (id integer PRIMARY KEY);
CREATE VIEW app.v AS SELECT id FROM app.t;
CREATE FUNCTION app.f(x integer) RETURNS integer LANGUAGE sql AS $$ SELECT x $$;
CREATE TYPE app.e AS ENUM ('a');
CREATE DOMAIN app.d AS text;
CREATE SEQUENCE app.s;
ALTER VIEW app.v OWNER TO corpus_writer;
