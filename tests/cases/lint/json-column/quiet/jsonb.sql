-- schema: shop
-- clean
ALTER TABLE orders ADD COLUMN doc jsonb;
