-- schema: shop
-- clean
ALTER TABLE orders ALTER COLUMN checked SET NOT NULL;
ALTER TABLE orders DROP CONSTRAINT orders_checked_set;
