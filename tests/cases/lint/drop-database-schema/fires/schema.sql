-- schema: shop
-- at: schema
DROP SCHEMA public CASCADE;
