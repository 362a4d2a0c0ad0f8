-- facts: {"taken_at": "2026-03-31 00:00:00+00", "stats_reset": "2026-03-01 00:00:00+00"}
-- facts: {"tables": {"public.orders": {"rows": 1000000, "pages": 9000, "sequential_scans": 0, "sequential_rows": 0, "index_scans": 900000}}}
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
