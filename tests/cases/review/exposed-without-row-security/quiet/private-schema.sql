-- The role has privileges, but may not enter the schema; the other table is secured; the third is a service's.
-- roles: anon, service_role
CREATE SCHEMA private;
CREATE TABLE private.audit (id bigint PRIMARY KEY, what text);
GRANT ALL ON private.audit TO anon;
CREATE TABLE notes (id bigint PRIMARY KEY, body text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON notes TO anon;
CREATE TABLE jobs (id bigint PRIMARY KEY, body text);
GRANT ALL ON jobs TO service_role;
