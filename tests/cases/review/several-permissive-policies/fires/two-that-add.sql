-- expect: table public.notes
-- severity: info
CREATE TABLE notes (id bigint PRIMARY KEY, owner name, editor name);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes FOR SELECT USING (owner = CURRENT_USER);
CREATE POLICY edit ON notes FOR SELECT USING (editor = CURRENT_USER);
