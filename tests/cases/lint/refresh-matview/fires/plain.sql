-- schema: shop
-- at: totals
REFRESH MATERIALIZED VIEW totals;
