-- facts: {"timescale": {"licence": "apache", "hypertables": [{"schema": "public", "name": "readings", "time": "n", "chunks": 99, "chunk_bytes": 65536}, {"schema": "public", "name": "gone", "chunks": 900, "chunk_bytes": 65536}]}}
CREATE TABLE readings (device int NOT NULL, n bigint NOT NULL, v float8);
