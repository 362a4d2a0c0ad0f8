-- schema: shop
-- clean
DROP VIEW open_orders;
