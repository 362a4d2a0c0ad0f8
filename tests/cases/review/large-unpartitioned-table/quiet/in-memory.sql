-- Smaller than memory; and one without a time.
-- facts: {"taken_at": "2026-03-01T00:00:00+00:00", "stats_reset": "2026-01-01T00:00:00+00:00", "settings": {"effective_cache_size": "31457280"}}
-- facts: {"tables": {"public.a": {"rows": 1e9, "heap_bytes": 150000000000, "inserted": 90000000}, "public.b": {"rows": 1e9, "heap_bytes": 950000000000, "inserted": 90000000}}}
CREATE TABLE a (id bigint PRIMARY KEY, at timestamptz NOT NULL);
CREATE TABLE b (id bigint PRIMARY KEY, updated_at timestamptz NOT NULL);
