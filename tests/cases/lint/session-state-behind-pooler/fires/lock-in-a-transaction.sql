-- pooler: possible
-- at: database
BEGIN;
SELECT pg_advisory_lock(42);
COMMIT;
