-- facts: {"tables": {"public.events_1": {"rows": 2000000000, "pages": 30000000, "heap_bytes": 245760000000}, "public.names": {"rows": 2000000000, "pages": 30000000, "heap_bytes": 245760000000}}}
CREATE TABLE events (id bigint, at timestamptz NOT NULL, body text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE names (id bigint PRIMARY KEY, name text);
