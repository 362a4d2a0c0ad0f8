-- expect: table public.Read "ings"
-- facts: {"timescale": {"licence": "timescale", "hypertables": [{"schema": "public", "name": "Read \"ings\"", "time": "at", "chunks": 9, "compressed": 3, "columnstore": true}]}}
CREATE TABLE "Read ""ings""" (device int NOT NULL, at timestamptz NOT NULL, v float8);
