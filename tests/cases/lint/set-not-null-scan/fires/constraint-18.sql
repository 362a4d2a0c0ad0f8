-- schema: shop
-- at: orders.total
ALTER TABLE orders ADD CONSTRAINT total_set NOT NULL total;
