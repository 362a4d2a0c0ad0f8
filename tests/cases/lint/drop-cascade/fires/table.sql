-- schema: shop
-- at: customers
DROP TABLE customers CASCADE;
