-- A partition is its root's affair; a migration tool's table is nobody's here.
CREATE TABLE events (id bigint PRIMARY KEY, note text) PARTITION BY RANGE (id);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100);
CREATE TABLE schema_migrations (version text);
CREATE TABLE "__EFMigrationsHistory" (id text);
