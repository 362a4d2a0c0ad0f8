-- roles: reader
-- expect: table public.no'tes
-- severity: warning
CREATE TABLE "no'tes" (id bigint PRIMARY KEY, tenant int NOT NULL);
ALTER TABLE "no'tes" ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON "no'tes" USING (tenant = (SELECT current_setting('app.tenant')::int));
CREATE TABLE countries (code text PRIMARY KEY);
GRANT SELECT ON countries TO reader;
