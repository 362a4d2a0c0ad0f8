-- schema: shop
-- clean
CREATE INDEX CONCURRENTLY by_state ON orders (state, customer_id);
