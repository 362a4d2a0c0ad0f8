-- schema: shop
-- at: orders.a
ALTER TABLE orders ADD COLUMN a uuid DEFAULT gen_random_uuid();
