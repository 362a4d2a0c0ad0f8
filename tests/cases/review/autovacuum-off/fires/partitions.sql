-- expect: table public.readings
-- severity: warning
CREATE TABLE readings (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE readings_1 PARTITION OF readings FOR VALUES FROM ('2023-01-01') TO ('2024-01-01') WITH (autovacuum_enabled = false);
CREATE TABLE readings_2 PARTITION OF readings FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') WITH (autovacuum_enabled = false);
