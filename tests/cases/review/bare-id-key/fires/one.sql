-- expect: column public.orders.id
-- severity: info
CREATE TABLE orders (id bigint PRIMARY KEY);
