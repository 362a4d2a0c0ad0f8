-- schema: shop
-- clean
ALTER TABLE orders ADD COLUMN a text DEFAULT origin();
