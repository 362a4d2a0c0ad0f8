-- schema: shop
-- at: log
ALTER TABLE log RENAME TO journal;
