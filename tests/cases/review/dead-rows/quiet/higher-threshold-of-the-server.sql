-- facts: {"server": {"autovacuum_vacuum_scale_factor": "0.5"}, "tables": {"public.jobs": {"rows": 100000, "live_rows": 100000, "dead_rows": 90000}}}
CREATE TABLE jobs (id bigint PRIMARY KEY);
