-- facts: {"server": {"autovacuum": "on", "track_counts": "on"}}
CREATE TABLE jobs (id bigint PRIMARY KEY, body text) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_enabled);
