-- A queue that is empty at the moment.
-- facts: {"taken_at": "2026-03-01T00:00:00+00:00", "stats_reset": "2026-01-01T00:00:00+00:00"}
-- facts: {"tables": {"public.queue": {"rows": 0, "heap_bytes": 0, "live_rows": 0, "inserted": 90000}}}
CREATE TABLE queue (id bigint PRIMARY KEY);
