-- expect: column public.files.content
-- severity: info
-- facts: {"tables": {"public.files": {"rows": 1000, "pages": 50, "heap_bytes": 409600, "total_bytes": 50000000}}}
-- facts: {"indexes": {"public.files_pkey": {"bytes": 40960}}}
-- facts: {"columns": {"public.files": [{"column": "content", "average_width": 18}, {"column": "name", "average_width": 12}]}}
CREATE TABLE files (id bigint PRIMARY KEY, name text NOT NULL, content bytea NOT NULL);
