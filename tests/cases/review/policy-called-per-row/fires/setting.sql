-- roles: anon
-- expect: policy public.notes.tenant
-- severity: warning
CREATE TABLE notes (id bigint PRIMARY KEY, tenant int NOT NULL, body text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON notes USING (tenant = current_setting('app.tenant')::int);
GRANT SELECT ON notes TO anon;
