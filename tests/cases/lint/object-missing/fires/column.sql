-- schema: shop
-- at: orders
ALTER TABLE orders ALTER COLUMN nothing SET DEFAULT 1;
