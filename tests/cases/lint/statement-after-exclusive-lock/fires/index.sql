-- schema: shop
-- at: customers
ALTER TABLE customers ADD COLUMN a integer;
CREATE INDEX customers_a ON customers (a);
