-- query: SELECT id FROM events WHERE payload @> $1
-- query: SELECT id FROM events WHERE extra ->> 'kind' = $1
CREATE TABLE events (id bigint PRIMARY KEY, payload jsonb, extra jsonb);
CREATE INDEX ON events USING gin (payload);
CREATE INDEX ON events ((extra ->> 'kind'));
