-- schema: shop
-- clean
ALTER TABLE orders ADD COLUMN a integer;
