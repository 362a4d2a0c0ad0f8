-- schema: shop
-- clean
DROP VIEW open_orders;
CREATE OR REPLACE VIEW open_orders AS SELECT total FROM orders;
