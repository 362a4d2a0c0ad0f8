-- expect: table public.readings
-- severity: info
-- facts: {"settings": {"shared_buffers": "16384"}, "timescale": {"licence": "timescale", "hypertables": [{"schema": "public", "name": "readings", "time": "at", "interval_seconds": 3600, "chunks": 9000, "chunk_bytes": 65536, "active_index_bytes": 16384}]}}
CREATE TABLE readings (device int NOT NULL, at timestamptz NOT NULL, v float8, PRIMARY KEY (device, at));
