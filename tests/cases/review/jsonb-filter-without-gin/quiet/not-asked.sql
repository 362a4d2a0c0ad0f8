-- The documents are only shown, or searched within one row.
-- query: SELECT payload ->> 'kind' FROM events WHERE at > $1
-- query: SELECT id FROM events WHERE id = $1 AND payload @> $2
CREATE TABLE events (id bigint PRIMARY KEY, payload jsonb, at timestamptz);
