-- facts: {"timescale": {"licence": "timescale", "aggregates": [{"schema": "public", "name": "hourly", "policy": true, "scheduled": true, "every_seconds": 3600, "end_offset_seconds": 3600, "behind_seconds": 7000, "last_status": "Success"}, {"schema": "public", "name": "daily", "behind_seconds": 9000000}]}}
CREATE TABLE readings (device int NOT NULL, at timestamptz NOT NULL, v float8);
