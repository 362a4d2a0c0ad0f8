-- schema: shop
-- clean
ALTER TABLE customers ADD COLUMN a integer;
ALTER TABLE customers ALTER COLUMN a SET DEFAULT 1;
