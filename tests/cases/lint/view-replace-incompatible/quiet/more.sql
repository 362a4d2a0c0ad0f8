-- schema: shop
-- clean
CREATE OR REPLACE VIEW open_orders AS SELECT id, customer_id, total, state FROM orders;
