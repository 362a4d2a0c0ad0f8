-- expect: table public.readings
-- severity: info
-- facts: {"tables": {"public.readings": {"pages": 0}, "public.readings_1": {"rows": 90000, "pages": 900, "heap_bytes": 7372800}}}
CREATE TABLE readings (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE readings_1 PARTITION OF readings FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
