-- expect: table public.Order "lines"
-- severity: warning
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE UNLOGGED TABLE "Order ""lines""" (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id bigint REFERENCES orders, note text
);
