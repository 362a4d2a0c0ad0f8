-- schema: shop
-- clean
ALTER TABLE customers ADD COLUMN a integer;
