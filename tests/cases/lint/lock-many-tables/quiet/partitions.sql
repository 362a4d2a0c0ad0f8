-- schema: shop
-- clean
ALTER TABLE events ADD COLUMN x integer;
ALTER TABLE log ADD COLUMN x integer;
