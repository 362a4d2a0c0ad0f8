-- schema: shop
-- clean
ALTER TABLE orders ALTER COLUMN checked SET NOT NULL;
