-- facts: {"tables": {"public.readings_rest": {"rows": 0, "pages": 0, "live_rows": 0}, "public.readings_3": {"rows": 5000, "pages": 50}}}
CREATE TABLE readings (id bigint NOT NULL, at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE readings_3 PARTITION OF readings FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
CREATE TABLE readings_rest PARTITION OF readings DEFAULT;
