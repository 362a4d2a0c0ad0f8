-- schema: shop
-- clean
ALTER TABLE orders ADD COLUMN a integer, ALTER COLUMN a SET DEFAULT 1;
UPDATE orders SET a = 2 WHERE id = 1;
