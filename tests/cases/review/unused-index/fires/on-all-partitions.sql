-- expect: index public.events.events_note_idx
-- facts: {"taken_at": "2026-03-31 00:00:00+00", "stats_reset": "2026-01-01 00:00:00+00", "replicas": 0}
-- facts: {"tables": {"public.events_1": {"rows": 9, "pages": 9, "inserted": 400000}}}
-- facts: {"indexes": {"public.events_1_note_idx": {"bytes": 40000000, "scans": 0}}}
CREATE TABLE events (id bigint PRIMARY KEY, note text) PARTITION BY RANGE (id);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100);
CREATE INDEX ON events (note);
