-- expect: view public.hourly
-- facts: {"timescale": {"licence": "timescale", "aggregates": [{"schema": "public", "name": "hourly", "hypertable": "readings", "policy": true, "scheduled": true, "every_seconds": 3600, "behind_seconds": 60, "last_status": "Failed", "failures": 3}]}}
CREATE TABLE readings (device int NOT NULL, at timestamptz NOT NULL, v float8);
