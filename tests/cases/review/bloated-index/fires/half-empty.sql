-- 1,000,000 entries of 16 + 4 bytes are about 22 MB.
-- expect: index public.orders.orders_pkey
-- severity: warning
-- facts: {"tables": {"public.orders": {"rows": 1000000, "pages": 5400, "heap_bytes": 44236800, "last_analyze": "2026-03-30 00:00:00+00", "modified_since_analyze": 100}}}
-- facts: {"columns": {"public.orders": [{"column": "id", "average_width": 8}]}}
-- facts: {"indexes": {"public.orders_pkey": {"bytes": 60000000}}}
CREATE TABLE orders (id bigint PRIMARY KEY, total bigint);
