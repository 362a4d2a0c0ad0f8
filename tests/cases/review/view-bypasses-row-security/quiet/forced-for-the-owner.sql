-- roles: anon
CREATE TABLE notes (id bigint PRIMARY KEY, owner name NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notes USING (owner = 'anybody');
CREATE VIEW all_notes AS SELECT * FROM notes;
GRANT SELECT ON all_notes TO anon;
