-- schema: shop
-- at: orders
ALTER TABLE orders VALIDATE CONSTRAINT nothing;
