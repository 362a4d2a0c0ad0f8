-- runs: sent whole
CREATE INDEX CONCURRENTLY orders_a ON orders (a);
