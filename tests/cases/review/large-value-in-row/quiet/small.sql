-- Hashes and keys are binary and small.
-- facts: {"tables": {"public.files": {"rows": 1000, "pages": 50, "heap_bytes": 409600, "total_bytes": 500000}}}
-- facts: {"indexes": {"public.files_pkey": {"bytes": 40960}}}
-- facts: {"columns": {"public.files": [{"column": "hash", "average_width": 33}]}}
CREATE TABLE files (id bigint PRIMARY KEY, hash bytea NOT NULL);
