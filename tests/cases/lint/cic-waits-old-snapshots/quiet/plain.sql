CREATE INDEX ON orders (a);
