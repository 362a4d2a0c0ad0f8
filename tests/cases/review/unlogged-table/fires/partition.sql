-- expect: table public.readings
CREATE TABLE readings (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
CREATE UNLOGGED TABLE readings_1 PARTITION OF readings FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE readings_2 PARTITION OF readings FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
