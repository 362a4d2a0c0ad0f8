-- expect: index public.orders.orders_open_idx
-- severity: warning
CREATE TABLE orders (id bigint PRIMARY KEY, open boolean);
CREATE INDEX ON orders (open);
