-- schema: shop
-- clean
ALTER TABLE log SET LOGGED;
