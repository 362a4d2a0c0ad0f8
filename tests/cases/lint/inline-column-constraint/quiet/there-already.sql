-- schema: shop
-- clean
ALTER TABLE orders ADD COLUMN IF NOT EXISTS note text UNIQUE;
