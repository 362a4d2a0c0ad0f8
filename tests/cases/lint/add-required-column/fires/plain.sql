-- schema: shop
-- at: orders.a
ALTER TABLE orders ADD COLUMN a integer NOT NULL;
