-- expect: table public.Part 1
-- facts: {"tables": {"public.\"Part 1\"": {"rows": 10000, "pages": 12000, "heap_bytes": 98304000, "last_analyze": "2026-03-30 00:00:00+00", "modified_since_analyze": 100}}}
-- facts: {"columns": {"public.\"Part 1\"": [{"column": "id", "average_width": 8}, {"column": "the note", "average_width": 300, "null_fraction": 0.5}]}}
CREATE TABLE whole (id bigint PRIMARY KEY, "the note" text) PARTITION BY RANGE (id);
CREATE TABLE "Part 1" PARTITION OF whole FOR VALUES FROM (0) TO (100);
