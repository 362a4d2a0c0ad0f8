-- schema: shop
-- at: orders
REINDEX TABLE orders;
