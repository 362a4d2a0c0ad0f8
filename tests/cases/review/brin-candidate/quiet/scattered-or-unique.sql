-- facts: {"tables": {"public.events": {"rows": 100000000, "pages": 1300000}, "public.small": {"rows": 100, "pages": 13}}}
-- facts: {"indexes": {"public.events_at_idx": {"bytes": 2200000000}, "public.events_pkey": {"bytes": 2200000000}, "public.small_at_idx": {"bytes": 2200000000}}}
-- facts: {"columns": {"public.events": [{"column": "at", "correlation": 0.4}, {"column": "id", "correlation": 1}], "public.small": [{"column": "at", "correlation": 1}]}}
CREATE TABLE events (id bigint PRIMARY KEY, at timestamptz);
CREATE INDEX ON events (at);
CREATE TABLE small (id bigint PRIMARY KEY, at timestamptz);
CREATE INDEX ON small (at);
