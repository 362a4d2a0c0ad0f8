-- Unique, the only one that serves a foreign key, small, or read.
-- facts: {"taken_at": "2026-03-31 00:00:00+00", "stats_reset": "2026-01-01 00:00:00+00", "replicas": 0}
-- facts: {"tables": {"public.items": {"rows": 1000000, "pages": 9000, "inserted": 400000, "index_scans": 70000}}}
-- facts: {"indexes": {"public.items_order_id_idx": {"bytes": 40000000, "scans": 0}, "public.items_code_key": {"bytes": 40000000, "scans": 0}}}
-- facts: {"indexes": {"public.items_note_idx": {"bytes": 8192, "scans": 0}, "public.items_at_idx": {"bytes": 40000000, "scans": 3}}}
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE items (
    id bigint PRIMARY KEY, order_id bigint REFERENCES orders, code text UNIQUE, note text, at timestamptz
);
CREATE INDEX ON items (order_id);
CREATE INDEX ON items (note);
CREATE INDEX ON items (at);
