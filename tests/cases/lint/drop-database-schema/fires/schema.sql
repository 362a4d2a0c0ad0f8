-- schema: shop
-- at: public
DROP SCHEMA public CASCADE;
