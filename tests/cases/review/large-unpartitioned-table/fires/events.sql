-- expect: table public.events
-- severity: info
-- facts: {"taken_at": "2026-03-01T00:00:00+00:00", "stats_reset": "2026-01-01T00:00:00+00:00", "settings": {"effective_cache_size": "3145728"}}
-- facts: {"tables": {"public.events": {"rows": 1e9, "heap_bytes": 150000000000, "inserted": 90000000, "updated": 0, "deleted": 10}}}
CREATE TABLE events (id bigint PRIMARY KEY, at timestamptz NOT NULL, body text);
