-- An excerpt is asked about; the policies are those of a table two views below.
-- roles: reporting
-- expect: view public.Names of "all"
CREATE TABLE people (id bigint PRIMARY KEY, name text NOT NULL, secret text);
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON people USING (id < 10);
CREATE VIEW everybody AS SELECT * FROM people;
CREATE VIEW "Names of ""all""" AS SELECT id, name FROM everybody WHERE name <> '';
GRANT SELECT ON "Names of ""all""" TO reporting;
