-- roles: authenticated, anon
-- expect: policy public.notes.edit
-- expect: policy public.notes.remove
CREATE TABLE notes (id bigint PRIMARY KEY, owner text NOT NULL, body text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON notes FOR SELECT TO anon USING (body IS NOT NULL);
CREATE POLICY edit ON notes FOR UPDATE TO authenticated USING (owner = CURRENT_USER);
CREATE POLICY edit_read ON notes FOR INSERT TO authenticated WITH CHECK (owner = CURRENT_USER);
CREATE POLICY remove ON notes FOR DELETE TO anon, authenticated USING (owner = CURRENT_USER);
GRANT SELECT, UPDATE, DELETE ON notes TO anon, authenticated;
