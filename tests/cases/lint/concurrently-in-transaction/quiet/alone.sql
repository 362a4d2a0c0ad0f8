-- schema: shop
-- clean
CREATE INDEX CONCURRENTLY orders_total ON orders (total);
