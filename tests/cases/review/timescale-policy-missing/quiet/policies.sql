-- facts: {"timescale": {"licence": "timescale", "hypertables": [{"schema": "public", "name": "readings", "time": "at", "chunks": 9, "compressed": 7, "columnstore": true, "policies": ["policy_compression"]}], "aggregates": [{"schema": "public", "name": "hourly", "policy": true, "scheduled": true}]}}
CREATE TABLE readings (device int NOT NULL, at timestamptz NOT NULL, v float8);
