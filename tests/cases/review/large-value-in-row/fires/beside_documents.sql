-- Which of the two columns is large cannot be seen from outside: it asks.
-- expect: column public.files.content
-- facts: {"tables": {"public.files": {"rows": 1000, "pages": 50, "heap_bytes": 409600, "total_bytes": 50000000}}}
-- facts: {"indexes": {"public.files_pkey": {"bytes": 40960}}}
-- facts: {"columns": {"public.files": [{"column": "content", "average_width": 18, "null_fraction": 0.5}, {"column": "text", "average_width": 900}]}}
CREATE TABLE files (id bigint PRIMARY KEY, text text NOT NULL, content bytea);
