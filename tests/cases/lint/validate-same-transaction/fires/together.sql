-- schema: shop
-- at: orders.small
ALTER TABLE orders ADD CONSTRAINT small CHECK (total < 1000000) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT small;
