-- schema: shop
-- pg: 15
-- at: orders.total
ALTER TABLE orders ALTER COLUMN total SET NOT NULL, ADD COLUMN b integer;
