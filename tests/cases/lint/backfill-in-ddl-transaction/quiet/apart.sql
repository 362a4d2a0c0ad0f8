-- schema: shop
-- clean
BEGIN;
ALTER TABLE orders ADD COLUMN a integer;
COMMIT;
UPDATE orders SET a = 1 WHERE id BETWEEN 1 AND 1000;
