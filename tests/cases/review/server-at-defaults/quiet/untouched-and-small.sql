-- A server as delivered with a small database is right as it is.
-- facts: {"server": {"max_connections": "100", "shared_buffers": "16384"}, "settings": {"random_page_cost": "4"}}
-- facts: {"tables": {"public.a": {"rows": 10, "pages": 1, "heap_bytes": 8192}}}
CREATE TABLE a (id bigint PRIMARY KEY);
