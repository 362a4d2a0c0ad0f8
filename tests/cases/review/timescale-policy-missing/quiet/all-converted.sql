-- facts: {"timescale": {"licence": "timescale", "hypertables": [{"schema": "public", "name": "readings", "time": "at", "chunks": 9, "compressed": 8, "columnstore": true}]}}
CREATE TABLE readings (device int NOT NULL, at timestamptz NOT NULL, v float8);
