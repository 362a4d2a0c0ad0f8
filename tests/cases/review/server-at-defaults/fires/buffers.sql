-- expect: database
-- facts: {"server": {"max_connections": "100", "shared_buffers": "16384"}, "settings": {"random_page_cost": "4"}}
-- facts: {"tables": {"public.a": {"rows": 1e9, "pages": 10000000, "heap_bytes": 81920000000}}}
CREATE TABLE a (id bigint PRIMARY KEY);
