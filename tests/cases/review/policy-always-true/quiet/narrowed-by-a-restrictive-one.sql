-- roles: authenticated
CREATE TABLE notes (id bigint PRIMARY KEY, owner name NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY members ON notes TO authenticated USING (true);
CREATE POLICY own ON notes AS RESTRICTIVE USING (owner = CURRENT_USER);
GRANT ALL ON notes TO authenticated;
