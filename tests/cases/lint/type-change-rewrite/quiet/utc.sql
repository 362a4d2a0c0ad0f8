-- schema: shop
-- clean
SET TimeZone = 'UTC';
ALTER TABLE customers ALTER COLUMN joined TYPE timestamptz;
