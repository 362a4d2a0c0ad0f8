-- expect: column public.items.order_id
-- severity: warning
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE items (id bigint PRIMARY KEY, order_id int NOT NULL REFERENCES orders);
