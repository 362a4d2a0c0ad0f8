-- schema: shop
-- clean
ALTER TABLE customers ALTER COLUMN email TYPE varchar;
