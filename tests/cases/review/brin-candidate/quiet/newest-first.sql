-- The newest rows are read in order.
-- facts: {"tables": {"public.events": {"rows": 100000000, "pages": 1300000}}, "indexes": {"public.events_at_idx": {"bytes": 2200000000}}}
-- facts: {"columns": {"public.events": [{"column": "at", "correlation": 0.9999}]}}
-- query: SELECT * FROM events WHERE at > $1 ORDER BY at DESC LIMIT 10
CREATE TABLE events (id bigint PRIMARY KEY, at timestamptz);
CREATE INDEX ON events (at);
