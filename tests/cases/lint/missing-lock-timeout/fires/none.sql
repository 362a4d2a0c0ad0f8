-- schema: shop
-- at: orders
ALTER TABLE orders ADD COLUMN a integer;
ALTER TABLE orders ADD COLUMN b integer;
