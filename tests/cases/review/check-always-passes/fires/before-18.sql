-- expect: constraint public.orders.orders_kind_check
-- expect: constraint public.orders.orders_status_check
-- postgres: 13
CREATE TABLE orders (
    id bigint PRIMARY KEY, status text CHECK (status IN ('new', 'done', NULL)), kind integer CHECK (kind IN (1, NULL, 2))
);
