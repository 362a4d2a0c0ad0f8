-- schema: shop
-- at: orders.again
CREATE INDEX CONCURRENTLY again ON orders (customer_id);
