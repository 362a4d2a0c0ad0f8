-- expect: database
-- severity: info
-- facts: {"taken_at": "2026-03-01T00:00:00+00:00", "stats_reset": "2026-01-01T00:00:00+00:00"}
-- facts: {"tables": {"public.a": {"rows": 0, "heap_bytes": 0, "live_rows": 0, "inserted": 0}, "public.b": {"heap_bytes": 0, "live_rows": 0, "inserted": 0}, "public.c": {"rows": 5, "heap_bytes": 8192, "live_rows": 5, "inserted": 5}}}
CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY); CREATE TABLE c (id bigint PRIMARY KEY);
