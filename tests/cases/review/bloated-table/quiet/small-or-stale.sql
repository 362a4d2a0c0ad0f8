-- A small table, old statistics, a column without any, and a fill factor that leaves half free.
-- facts: {"tables": {"public.small": {"rows": 10, "pages": 500, "heap_bytes": 4096000, "last_analyze": "2026-03-30 00:00:00+00", "modified_since_analyze": 0}}}
-- facts: {"tables": {"public.stale": {"rows": 1000, "pages": 12000, "heap_bytes": 98304000, "last_analyze": "2026-03-30 00:00:00+00", "modified_since_analyze": 900000}}}
-- facts: {"tables": {"public.unknown": {"rows": 1000, "pages": 12000, "heap_bytes": 98304000, "last_analyze": "2026-03-30 00:00:00+00", "modified_since_analyze": 0}}}
-- facts: {"tables": {"public.loose": {"rows": 1000000, "pages": 12000, "heap_bytes": 98304000, "last_analyze": "2026-03-30 00:00:00+00", "modified_since_analyze": 0}}}
-- facts: {"columns": {"public.small": [{"column": "id", "average_width": 8}], "public.stale": [{"column": "id", "average_width": 8}], "public.loose": [{"column": "id", "average_width": 8}]}}
CREATE TABLE small (id bigint PRIMARY KEY);
CREATE TABLE stale (id bigint PRIMARY KEY);
CREATE TABLE unknown (id bigint PRIMARY KEY, note text);
CREATE TABLE loose (id bigint PRIMARY KEY) WITH (fillfactor = 45);
