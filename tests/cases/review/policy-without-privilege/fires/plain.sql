-- roles: authenticated, anon
-- platform: supabase
-- expect: table public.notes
CREATE TABLE notes (id bigint PRIMARY KEY, owner text NOT NULL, body text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes TO authenticated USING (owner = CURRENT_USER) WITH CHECK (owner = CURRENT_USER);
CREATE POLICY read ON notes FOR SELECT TO anon USING (body IS NOT NULL);
