-- schema: shop
-- at: customers
DROP TABLE orders CASCADE;
