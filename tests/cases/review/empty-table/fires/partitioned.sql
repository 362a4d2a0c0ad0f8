-- expect: table public.Readings
-- facts: {"taken_at": "2026-03-01T00:00:00+00:00", "stats_reset": "2026-01-01T00:00:00+00:00"}
-- facts: {"tables": {"public.r1": {"heap_bytes": 0, "live_rows": 0, "inserted": 0}, "public.r2": {"heap_bytes": 0, "live_rows": 0, "inserted": 0}}}
CREATE TABLE "Readings" (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE r1 PARTITION OF "Readings" FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE r2 PARTITION OF "Readings" FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
