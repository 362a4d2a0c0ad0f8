-- schema: shop
-- at: log
ALTER TABLE log SET UNLOGGED;
