-- facts: {"timescale": {"licence": "apache", "hypertables": [{"schema": "public", "name": "readings", "columnstore": false}]}}
CREATE TABLE readings (device int NOT NULL, at timestamptz NOT NULL, v float8);
