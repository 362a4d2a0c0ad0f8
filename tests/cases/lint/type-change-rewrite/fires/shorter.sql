-- schema: shop
-- at: customers.name
ALTER TABLE customers ALTER COLUMN name TYPE varchar(20);
