-- facts: {"timescale": {"licence": "timescale", "aggregates": [{"schema": "public", "name": "hourly", "policy": true, "scheduled": true}]}}
CREATE TABLE readings (device int NOT NULL, at timestamptz NOT NULL, v float8);
