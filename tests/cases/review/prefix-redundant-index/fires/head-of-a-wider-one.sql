-- expect: index public.orders.orders_customer_id_idx
-- severity: warning
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, placed timestamptz);
CREATE INDEX ON orders (customer_id);
CREATE INDEX ON orders (customer_id, placed);
