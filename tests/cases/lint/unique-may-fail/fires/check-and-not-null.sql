-- schema: shop
-- at: orders
-- at: orders
ALTER TABLE orders ADD CONSTRAINT small CHECK (total < 1000000);
ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
