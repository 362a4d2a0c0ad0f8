-- expect: table public.notes
-- severity: info
CREATE TABLE notes (id bigint PRIMARY KEY, tenant int NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON notes USING (tenant = (SELECT current_setting('app.tenant')::int));
