-- schema: shop
-- at: log
DROP TABLE log;
