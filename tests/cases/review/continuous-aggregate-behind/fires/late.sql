-- expect: view public.hourly
-- facts: {"timescale": {"licence": "timescale", "aggregates": [{"schema": "public", "name": "hourly", "hypertable": "readings", "policy": true, "scheduled": true, "every_seconds": 3600, "end_offset_seconds": 3600, "behind_seconds": 90000}]}}
CREATE TABLE readings (device int NOT NULL, at timestamptz NOT NULL, v float8);
CREATE VIEW hourly AS SELECT date_trunc('hour', at), avg(v) FROM readings GROUP BY 1;
