-- expect: table public.events
-- expect: table public.readings
-- facts: {"timescale": {"licence": "timescale", "hypertables": [{"schema": "public", "name": "readings", "columnstore": true}, {"schema": "public", "name": "events", "columnstore": true}]}}
CREATE TABLE readings (device int NOT NULL, at timestamptz NOT NULL, v float8);
CREATE TABLE events (device int NOT NULL, at timestamptz NOT NULL);
