-- facts: {"tables": {"public.small": {"rows": 10, "pages": 500, "last_analyze": "2026-03-30 00:00:00+00", "modified_since_analyze": 0}}}
-- facts: {"tables": {"public.stale": {"rows": 1000, "pages": 12000, "last_analyze": "2026-03-30 00:00:00+00", "modified_since_analyze": 900000}}}
-- facts: {"tables": {"public.never": {"rows": 1000, "pages": 12000}}}
-- facts: {"columns": {"public.small": [{"column": "id", "average_width": 8}], "public.stale": [{"column": "id", "average_width": 8}], "public.never": [{"column": "id", "average_width": 8}]}}
-- facts: {"indexes": {"public.small_pkey": {"bytes": 8000000}, "public.stale_pkey": {"bytes": 80000000}, "public.never_pkey": {"bytes": 80000000}}}
CREATE TABLE small (id bigint PRIMARY KEY);
CREATE TABLE stale (id bigint PRIMARY KEY);
CREATE TABLE never (id bigint PRIMARY KEY);
