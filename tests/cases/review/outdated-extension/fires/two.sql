-- facts: {"available": {"pg_trgm": "1.6", "pg_stat_statements": "1.12"}}
-- expect: database
-- one-way: an extension does not go back
CREATE EXTENSION pg_trgm VERSION '1.4';
CREATE EXTENSION pg_stat_statements VERSION '1.10';
