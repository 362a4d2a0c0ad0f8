-- expect: table public.readings
-- severity: warning
-- facts: {"settings": {"shared_buffers": "16384"}, "timescale": {"licence": "timescale", "hypertables": [{"schema": "public", "name": "readings", "time": "at", "interval_seconds": 604800, "chunks": 9, "active_index_bytes": 900000000}]}}
CREATE TABLE readings (device int NOT NULL, at timestamptz NOT NULL, v float8, PRIMARY KEY (device, at));
