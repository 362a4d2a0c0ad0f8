-- expect: constraint public.orders.orders_customer_id_fkey
-- severity: warning
-- facts: {"taken_at": "2026-03-31 00:00:00+00", "stats_reset": "2026-01-01 00:00:00+00"}
-- facts: {"tables": {"public.customers": {"rows": 20000, "pages": 300, "deleted": 900}}}
-- facts: {"tables": {"public.orders": {"rows": 1200000, "pages": 9000}}}
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, total numeric);
