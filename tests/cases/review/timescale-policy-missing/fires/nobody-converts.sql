-- expect: table public.readings
-- facts: {"timescale": {"licence": "timescale", "hypertables": [{"schema": "public", "name": "readings", "time": "at", "chunks": 9, "columnstore": true, "segment_by": "device", "policies": ["policy_retention"]}]}}
CREATE TABLE readings (device int NOT NULL, at timestamptz NOT NULL, v float8);
