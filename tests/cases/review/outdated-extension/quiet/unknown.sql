-- Of a service that hides what it could install.
-- facts: {"taken_at": "2026-01-01T00:00:00+00:00"}
CREATE EXTENSION pg_trgm VERSION '1.4';
