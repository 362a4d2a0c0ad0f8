-- Rows are updated as often as they are made; and a smaller one.
-- facts: {"taken_at": "2026-03-31 00:00:00+00", "stats_reset": "2026-01-01 00:00:00+00"}
-- facts: {"tables": {"public.accounts": {"rows": 2000000000, "pages": 30000000, "heap_bytes": 245760000000, "inserted": 500000000, "updated": 400000000, "deleted": 0}}}
-- facts: {"tables": {"public.events": {"rows": 2000000, "pages": 30000, "heap_bytes": 245760000, "inserted": 500000, "updated": 0, "deleted": 0}}}
CREATE TABLE accounts (id bigint PRIMARY KEY, at timestamptz NOT NULL, body text);
CREATE TABLE events (id bigint PRIMARY KEY, at timestamptz NOT NULL, body text);
