-- schema: shop
-- at: orders
ALTER TABLE orders ADD COLUMN a integer;
