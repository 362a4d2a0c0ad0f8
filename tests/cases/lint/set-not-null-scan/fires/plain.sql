-- schema: shop
-- at: orders.total
ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
