-- expect: index public.orders.orders_placed_state
-- query: SELECT * FROM orders WHERE placed BETWEEN $1 AND $2 AND state = $3
CREATE TABLE orders (id bigint PRIMARY KEY, state text, placed timestamptz);
CREATE INDEX orders_placed_state ON orders (placed, state);
