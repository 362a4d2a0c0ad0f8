-- schema: shop
-- at: orders
ALTER TABLE orders ADD COLUMN a integer;
UPDATE orders SET a = 1 WHERE total > 0;
