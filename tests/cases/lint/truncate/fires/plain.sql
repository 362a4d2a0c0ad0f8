-- schema: shop
-- at: log
TRUNCATE log;
