-- expect: table public.readings_1
-- expect: view public.To"tals
-- facts: {"tables": {"public.readings_1": {"rows": 20000, "pages": 300, "heap_bytes": 24576000, "modified_since_analyze": 400000}, "public.\"To\"\"tals\"": {"pages": 0, "heap_bytes": 24576000}}}
CREATE TABLE readings (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE readings_1 PARTITION OF readings FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE MATERIALIZED VIEW "To""tals" AS SELECT day, count(*) FROM readings GROUP BY day;
