-- schema: shop
-- clean
ALTER TABLE customers ALTER COLUMN name TYPE text;
