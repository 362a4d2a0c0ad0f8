-- expect: database
-- severity: error
-- facts: {"server": {"autovacuum": "off", "track_counts": "on"}}
CREATE TABLE a (id bigint PRIMARY KEY);
