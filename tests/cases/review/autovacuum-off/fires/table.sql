-- expect: table public.Jobs to do
-- severity: warning
CREATE TABLE "Jobs to do" (id bigint PRIMARY KEY, body text) WITH (autovacuum_enabled = off, fillfactor = 90);
CREATE TABLE users (id bigint PRIMARY KEY, name text) WITH (autovacuum_enabled = true);
