-- The one with smaller ranges finds more precisely, the other is smaller.
CREATE TABLE events (id bigint PRIMARY KEY, at timestamptz);
CREATE INDEX ON events USING brin (at) WITH (pages_per_range = 8);
CREATE INDEX ON events USING brin (at) WITH (pages_per_range = 256);
