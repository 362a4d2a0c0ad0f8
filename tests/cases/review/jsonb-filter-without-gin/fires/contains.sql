-- expect: column public.events.payload
-- severity: info
-- query: SELECT e.id FROM events e WHERE e.payload @> $1 AND e.at > now() - interval '1 day'
CREATE TABLE events (id bigint PRIMARY KEY, payload jsonb, at timestamptz);
CREATE INDEX ON events (at);
