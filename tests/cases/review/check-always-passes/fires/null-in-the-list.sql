-- expect: constraint public.orders.orders_status_check
-- severity: warning
CREATE TABLE orders (id bigint PRIMARY KEY, status text CHECK (status IN ('new', 'done', NULL)));
