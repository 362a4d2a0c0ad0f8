-- expect: column public.items.order_id
CREATE TABLE orders (id numeric PRIMARY KEY);
CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint REFERENCES orders);
