-- expect: index public.events.events_at_idx
-- severity: info
-- facts: {"tables": {"public.events": {"rows": 100000000, "pages": 1300000}}, "indexes": {"public.events_at_idx": {"bytes": 2200000000}}}
-- facts: {"columns": {"public.events": [{"column": "at", "correlation": 0.9999}]}}
CREATE TABLE events (id bigint PRIMARY KEY, at timestamptz);
CREATE INDEX ON events (at);
