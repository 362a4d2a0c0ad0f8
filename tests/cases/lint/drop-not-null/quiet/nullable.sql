-- schema: shop
-- clean
ALTER TABLE customers ALTER COLUMN email DROP NOT NULL;
