-- expect: index public.orders.orders_customer_id_idx
-- severity: info
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total numeric);
CREATE INDEX ON orders (customer_id);
CREATE INDEX orders_covering ON orders (customer_id) INCLUDE (total);
