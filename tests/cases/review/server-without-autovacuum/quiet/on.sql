-- facts: {"server": {"autovacuum": "on", "track_counts": "on"}}
CREATE TABLE a (id bigint PRIMARY KEY);
