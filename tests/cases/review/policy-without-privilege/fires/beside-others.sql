-- Elsewhere only where the schema comes with its privileges.
-- roles: web_anon
-- expect: table public.plans
CREATE TABLE notes (id bigint PRIMARY KEY, body text);
GRANT SELECT ON notes TO web_anon;
CREATE TABLE plans (id bigint PRIMARY KEY, open boolean NOT NULL);
ALTER TABLE plans ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON plans FOR SELECT TO web_anon USING (open);
