-- On an idle table every index is unused.
-- facts: {"taken_at": "2026-03-31 00:00:00+00", "stats_reset": "2026-01-01 00:00:00+00", "replicas": 0}
-- facts: {"tables": {"public.orders": {"rows": 1000000, "pages": 9000, "inserted": 0, "index_scans": 0, "sequential_scans": 3}}}
-- facts: {"indexes": {"public.orders_note_idx": {"bytes": 40000000, "scans": 0}}}
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE INDEX ON orders (note);
