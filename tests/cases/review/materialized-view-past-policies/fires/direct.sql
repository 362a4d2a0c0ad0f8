-- roles: anon
-- expect: view public.To"tals
-- severity: warning
CREATE TABLE notes (id bigint PRIMARY KEY, owner name);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE MATERIALIZED VIEW "To""tals" AS SELECT owner, count(*) FROM notes GROUP BY owner;
GRANT SELECT ON "To""tals" TO anon;
