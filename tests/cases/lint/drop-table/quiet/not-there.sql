-- schema: shop
-- clean
DROP TABLE IF EXISTS nothing;
