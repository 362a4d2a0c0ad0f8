-- The table of a tool that quotes every name stands beside it.
-- expect: table public.user
-- severity: info
CREATE TABLE "user" (id bigint PRIMARY KEY, name text);
CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64), migration_name varchar(255));
