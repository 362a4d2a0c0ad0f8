-- expect: index public.orders.orders_note_idx
-- severity: info
-- facts: {"taken_at": "2026-03-31 00:00:00+00", "started_at": "2026-01-01 00:00:00+00", "replicas": 2}
-- facts: {"tables": {"public.orders": {"rows": 1000000, "pages": 9000, "inserted": 400000, "index_scans": 70000}}}
-- facts: {"indexes": {"public.orders_note_idx": {"bytes": 40000000, "scans": 0}}}
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE INDEX ON orders (note);
