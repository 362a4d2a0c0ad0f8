-- pooler: named
BEGIN;
SET LOCAL lock_timeout = '2s';
SELECT pg_advisory_xact_lock(42);
CREATE TEMP TABLE ids AS SELECT id FROM orders;
COMMIT;
CREATE INDEX CONCURRENTLY i ON orders (id);
