-- expect: index public.orders.orders_customer_id_idx
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, placed timestamptz);
CREATE INDEX ON orders (customer_id);
CREATE INDEX orders_customer_id_key ON orders (customer_id);
