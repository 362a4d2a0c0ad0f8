-- schema: shop
-- at: customers.name
ALTER TABLE customers ALTER COLUMN name DROP NOT NULL;
