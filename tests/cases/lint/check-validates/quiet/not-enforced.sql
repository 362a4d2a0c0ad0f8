-- clean
-- schema: shop
ALTER TABLE orders ADD CONSTRAINT small CHECK (total < 1000000) NOT ENFORCED;
