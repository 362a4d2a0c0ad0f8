-- schema: shop
-- clean
ALTER TABLE orders ADD COLUMN a timestamptz NOT NULL DEFAULT now();
