SET lock_timeout = '2s';
SELECT pg_advisory_lock(42);
