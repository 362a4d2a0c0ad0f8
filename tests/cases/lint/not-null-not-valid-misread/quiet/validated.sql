-- schema: shop
-- clean
BEGIN;
ALTER TABLE orders ADD CONSTRAINT total_set NOT NULL total NOT VALID;
COMMIT;
ALTER TABLE orders VALIDATE CONSTRAINT total_set;
