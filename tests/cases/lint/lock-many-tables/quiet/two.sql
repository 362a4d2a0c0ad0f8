-- schema: shop
-- clean
ALTER TABLE log ADD COLUMN x integer;
ALTER TABLE lines ADD COLUMN x integer;
