-- schema: shop
-- clean
SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN a integer;
