-- expect: database
-- facts: {"server": {"autovacuum": "on", "track_counts": "off"}}
CREATE TABLE a (id bigint PRIMARY KEY);
