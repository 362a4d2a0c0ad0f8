-- schema: shop
-- at: customers
TRUNCATE customers CASCADE;
