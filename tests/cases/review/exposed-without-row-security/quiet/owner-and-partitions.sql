-- An owner is no stranger, and the root of a partitioned table speaks for its partitions.
-- roles: authenticated
CREATE TABLE mine (id bigint PRIMARY KEY, body text);
ALTER TABLE mine OWNER TO authenticated;
CREATE TABLE events (id bigint, day date) PARTITION BY RANGE (day);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON events, events_2026 TO authenticated;
