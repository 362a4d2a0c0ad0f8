-- schema: shop
-- at: orders
BEGIN;
ALTER TABLE orders ADD COLUMN a integer;
CREATE INDEX CONCURRENTLY orders_a ON orders (a);
COMMIT;
