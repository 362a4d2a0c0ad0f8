-- roles: authenticated
-- expect: view public.m
CREATE TABLE notes (id bigint PRIMARY KEY, owner name);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE VIEW v AS SELECT * FROM notes;
CREATE MATERIALIZED VIEW m AS SELECT * FROM v;
GRANT ALL ON m TO authenticated;
