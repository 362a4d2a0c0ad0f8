-- expect: index public.orders.orders_shipped_some
-- severity: info
CREATE TABLE orders (id bigint PRIMARY KEY, shipped timestamptz, customer_id bigint);
CREATE INDEX orders_shipped_some ON orders (shipped) WHERE shipped IS NOT NULL;
CREATE INDEX orders_shipped ON orders (shipped, customer_id);
