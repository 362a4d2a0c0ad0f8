-- schema: shop
-- at: open_orders
CREATE OR REPLACE VIEW open_orders AS SELECT customer_id, id, total FROM orders;
