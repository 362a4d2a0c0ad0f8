-- schema: shop
-- clean
ALTER TABLE orders DROP COLUMN IF EXISTS nothing;
