-- Its rows change; partitioning would not help.
-- facts: {"taken_at": "2026-03-01T00:00:00+00:00", "stats_reset": "2026-01-01T00:00:00+00:00", "settings": {"effective_cache_size": "524288"}}
-- facts: {"tables": {"public.orders": {"rows": 1e9, "heap_bytes": 150000000000, "inserted": 90000000, "updated": 90000000, "deleted": 10}}}
CREATE TABLE orders (id bigint PRIMARY KEY, at timestamptz NOT NULL);
