-- expect: view public.hourly
-- facts: {"timescale": {"licence": "timescale", "aggregates": [{"schema": "public", "name": "hourly", "hypertable": "readings"}]}}
CREATE TABLE readings (device int NOT NULL, at timestamptz NOT NULL, v float8);
CREATE VIEW hourly AS SELECT date_trunc('hour', at), avg(v) FROM readings GROUP BY 1;
