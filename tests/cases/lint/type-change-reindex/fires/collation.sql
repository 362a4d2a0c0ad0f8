-- schema: shop
-- at: customers.email
ALTER TABLE customers ALTER COLUMN email TYPE text COLLATE "C";
