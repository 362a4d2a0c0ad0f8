-- expect: table public.customers
-- severity: warning
-- facts: {"tables": {"public.customers": {"rows": 1000}, "public.orders": {"rows": 20000000}}}
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers ON DELETE CASCADE);
