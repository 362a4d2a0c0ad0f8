-- schema: shop
-- clean
ALTER TABLE customers ALTER COLUMN name TYPE varchar(90);
