-- schema: shop
-- clean
ALTER TABLE customers ALTER COLUMN name SET NOT NULL;
