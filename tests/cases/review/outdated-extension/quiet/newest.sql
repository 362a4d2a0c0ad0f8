-- facts: {"available": {"pg_trgm": "1.6", "plpgsql": "1.0"}}
CREATE EXTENSION pg_trgm VERSION '1.6';
