-- schema: shop
-- clean
ALTER TABLE log SET ACCESS METHOD heap;
