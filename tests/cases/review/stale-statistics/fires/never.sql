-- expect: table public.orders
-- severity: warning
-- facts: {"tables": {"public.orders": {"heap_bytes": 81920000, "pages": 0, "live_rows": 900000}, "public.users": {"rows": 100, "pages": 100, "heap_bytes": 819200}}}
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
CREATE TABLE users (id bigint PRIMARY KEY, name text);
