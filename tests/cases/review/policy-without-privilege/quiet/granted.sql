-- By name, on a column, and to everybody; a policy for PUBLIC is for whoever has a privilege.
-- roles: authenticated, anon
-- platform: supabase
CREATE TABLE notes (id bigint PRIMARY KEY, owner text NOT NULL, body text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes TO authenticated USING (owner = CURRENT_USER);
GRANT SELECT (id, body) ON notes TO authenticated;
CREATE TABLE plans (id bigint PRIMARY KEY, open boolean NOT NULL);
ALTER TABLE plans ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON plans FOR SELECT TO anon USING (open);
GRANT SELECT ON plans TO PUBLIC;
CREATE TABLE jobs (id bigint PRIMARY KEY, open boolean NOT NULL);
ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON jobs FOR SELECT USING (open);
