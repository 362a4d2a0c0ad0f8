-- schema: shop
-- clean
DROP MATERIALIZED VIEW totals;
DROP VIEW open_orders;
ALTER TABLE orders ALTER COLUMN total TYPE numeric(14, 2);
CREATE VIEW open_orders AS SELECT id, customer_id, total FROM orders;
