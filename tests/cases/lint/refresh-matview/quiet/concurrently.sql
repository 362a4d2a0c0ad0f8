-- schema: shop
-- clean
REFRESH MATERIALIZED VIEW CONCURRENTLY totals;
