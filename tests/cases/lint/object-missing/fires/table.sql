-- schema: shop
-- at: nothing
ALTER TABLE nothing ADD COLUMN a integer;
