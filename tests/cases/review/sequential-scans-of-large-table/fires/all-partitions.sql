-- expect: table public.The "events"
-- facts: {"taken_at": "2026-03-31 00:00:00+00", "stats_reset": "2026-03-01 00:00:00+00"}
-- facts: {"tables": {"public.e1": {"rows": 1000000, "pages": 9000, "sequential_scans": 60000, "sequential_rows": 60000000000}}}
-- facts: {"tables": {"public.e2": {"rows": 1000000, "pages": 9000, "sequential_scans": 60000, "sequential_rows": 60000000000}}}
CREATE TABLE "The ""events""" (id bigint PRIMARY KEY, note text) PARTITION BY RANGE (id);
CREATE TABLE e1 PARTITION OF "The ""events""" FOR VALUES FROM (0) TO (100);
CREATE TABLE e2 PARTITION OF "The ""events""" FOR VALUES FROM (100) TO (200);
