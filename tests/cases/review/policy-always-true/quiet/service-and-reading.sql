-- A service's own policy, reading for all, and privileges that nobody outside has.
-- roles: service_role, anon
CREATE TABLE notes (id bigint PRIMARY KEY, body text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY service ON notes TO service_role USING (true);
CREATE POLICY reading ON notes FOR SELECT USING (true);
GRANT SELECT ON notes TO anon;
GRANT ALL ON notes TO service_role;
CREATE TABLE settings (id bigint PRIMARY KEY);
ALTER TABLE settings ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_of_it ON settings USING (true);
GRANT SELECT ON settings TO anon;
