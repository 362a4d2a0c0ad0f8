-- roles: anon
-- expect: table public.no"tes
-- severity: warning
CREATE TABLE "no""tes" (id bigint PRIMARY KEY, owner name);
ALTER TABLE "no""tes" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "no""tes" FOR SELECT TO anon USING (owner = CURRENT_USER);
CREATE POLICY "every" ON "no""tes" USING (true);
GRANT SELECT ON "no""tes" TO anon;
