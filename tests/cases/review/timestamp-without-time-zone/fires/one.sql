-- expect: column public.orders.placed_at
CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamp DEFAULT CURRENT_TIMESTAMP, seen_at timestamptz);
CREATE INDEX ON orders (placed_at);
