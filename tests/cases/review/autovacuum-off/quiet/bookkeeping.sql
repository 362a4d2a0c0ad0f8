-- Not the user's to mend.
CREATE TABLE alembic_version (version_num text PRIMARY KEY) WITH (autovacuum_enabled = false);
