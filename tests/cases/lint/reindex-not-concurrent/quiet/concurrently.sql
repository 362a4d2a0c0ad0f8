-- schema: shop
-- clean
REINDEX TABLE CONCURRENTLY orders;
