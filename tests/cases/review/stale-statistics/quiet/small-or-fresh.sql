-- A table of a few pages needs none; one of which a tenth has changed is autovacuum's next.
-- facts: {"tables": {"public.a": {"heap_bytes": 16384, "pages": 0}, "public.b": {"rows": 1000000, "pages": 9000, "heap_bytes": 73728000, "modified_since_analyze": 150000}}}
CREATE TABLE a (id bigint PRIMARY KEY);
CREATE TABLE b (id bigint PRIMARY KEY);
