-- facts: {"settings": {"shared_buffers": "1048576"}, "timescale": {"licence": "timescale", "hypertables": [{"schema": "public", "name": "readings", "time": "at", "interval_seconds": 86400, "chunks": 90, "chunk_bytes": 900000000, "active_index_bytes": 400000000}]}}
CREATE TABLE readings (device int NOT NULL, at timestamptz NOT NULL, v float8, PRIMARY KEY (device, at));
