-- Different commands, different roles, and a restrictive one.
-- roles: anon, app
CREATE TABLE notes (id bigint PRIMARY KEY, owner name);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY reading ON notes FOR SELECT TO anon USING (id > 0);
CREATE POLICY own ON notes TO app USING (owner = CURRENT_USER);
CREATE POLICY few ON notes AS RESTRICTIVE USING (id < 1000);
