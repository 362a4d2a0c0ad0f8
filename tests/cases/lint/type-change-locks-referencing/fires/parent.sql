-- schema: shop
-- at: customers.id
ALTER TABLE customers ALTER COLUMN id TYPE bigint;
