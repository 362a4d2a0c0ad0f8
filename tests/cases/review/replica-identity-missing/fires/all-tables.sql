-- expect: table public.log
-- severity: error
CREATE TABLE log (at timestamptz NOT NULL, body text NOT NULL);
CREATE TABLE users (id bigint PRIMARY KEY, name text);
CREATE PUBLICATION everything FOR ALL TABLES;
