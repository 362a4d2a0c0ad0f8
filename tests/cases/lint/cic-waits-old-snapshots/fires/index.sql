-- at: orders
CREATE INDEX CONCURRENTLY ON orders (a);
