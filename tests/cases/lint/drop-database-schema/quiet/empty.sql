-- schema: shop
-- clean
DROP SCHEMA IF EXISTS nothing;
