-- facts: {"timescale": {"licence": "timescale", "hypertables": [{"schema": "public", "name": "readings", "time": "at", "chunks": 9, "columnstore": true, "segment_by": "device"}, {"schema": "public", "name": "events", "columnstore": false}]}}
CREATE TABLE readings (device int NOT NULL, at timestamptz NOT NULL, v float8);
CREATE TABLE events (device int NOT NULL, at timestamptz NOT NULL);
