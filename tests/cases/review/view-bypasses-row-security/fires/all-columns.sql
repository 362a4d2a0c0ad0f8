-- roles: anon
-- expect: view public.all_notes
-- severity: warning
CREATE TABLE notes (id bigint PRIMARY KEY, owner name NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes USING (owner = CURRENT_USER);
CREATE VIEW all_notes AS SELECT * FROM notes;
GRANT SELECT ON all_notes TO anon;
