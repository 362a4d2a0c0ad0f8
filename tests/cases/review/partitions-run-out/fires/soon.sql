-- expect: table public.readings
-- severity: warning
-- facts: {"taken_at": "2026-03-20T10:00:00+00:00"}
CREATE TABLE readings (id bigint NOT NULL, at timestamptz NOT NULL, value numeric) PARTITION BY RANGE (at);
CREATE TABLE readings_2 PARTITION OF readings FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE TABLE readings_3 PARTITION OF readings FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
