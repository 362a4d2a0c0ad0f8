-- expect: index public.orders.orders_customer_id_idx
-- severity: info
-- facts: {"indexes": {"public.orders_customer_id_idx": {"bytes": 1000000}, "public.wide": {"bytes": 9000000}}}
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, note text);
CREATE INDEX ON orders (customer_id);
CREATE INDEX wide ON orders (customer_id, note);
