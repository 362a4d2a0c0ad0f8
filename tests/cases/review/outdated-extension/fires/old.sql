-- facts: {"available": {"pg_trgm": "1.6", "plpgsql": "1.0"}}
-- expect: extension pg_trgm
-- severity: info
CREATE EXTENSION pg_trgm VERSION '1.4';
