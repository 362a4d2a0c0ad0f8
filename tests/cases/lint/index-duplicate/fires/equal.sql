-- schema: shop
-- at: customers.again
CREATE INDEX CONCURRENTLY again ON customers (email);
