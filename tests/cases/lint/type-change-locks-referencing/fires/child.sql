-- schema: shop
-- at: orders.customer_id
DROP VIEW open_orders;
DROP MATERIALIZED VIEW totals;
ALTER TABLE orders ALTER COLUMN customer_id TYPE bigint;
