-- roles: anon
-- expect: table public.notes
-- severity: error
CREATE TABLE notes (id bigint PRIMARY KEY, owner name NOT NULL);
CREATE POLICY own ON notes USING (owner = CURRENT_USER);
GRANT SELECT ON notes TO anon;
