-- roles: anon
-- expect: policy public.notes.open
-- severity: warning
CREATE TABLE notes (id bigint PRIMARY KEY, body text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY open ON notes USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO anon;
