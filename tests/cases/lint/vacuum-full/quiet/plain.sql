-- schema: shop
-- clean
VACUUM ANALYZE log;
