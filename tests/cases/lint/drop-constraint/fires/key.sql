-- schema: shop
-- severity: warning
-- at: log.log_pkey
ALTER TABLE log DROP CONSTRAINT log_pkey;
