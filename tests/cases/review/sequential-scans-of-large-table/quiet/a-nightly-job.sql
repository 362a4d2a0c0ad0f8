-- A job a night; pages of rows with LIMIT; a small table.
-- facts: {"taken_at": "2026-03-31 00:00:00+00", "stats_reset": "2026-03-01 00:00:00+00"}
-- facts: {"tables": {"public.orders": {"rows": 1000000, "pages": 9000, "sequential_scans": 60, "sequential_rows": 60000000}}}
-- facts: {"tables": {"public.pages": {"rows": 1000000, "pages": 9000, "sequential_scans": 60000, "sequential_rows": 600000}}}
-- facts: {"tables": {"public.small": {"rows": 100, "pages": 9, "sequential_scans": 60000, "sequential_rows": 6000000}}}
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE TABLE pages (id bigint PRIMARY KEY, note text);
CREATE TABLE small (id bigint PRIMARY KEY, note text);
