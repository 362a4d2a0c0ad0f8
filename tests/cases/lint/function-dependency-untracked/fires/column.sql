-- schema: shop
-- at: orders.note
ALTER TABLE orders DROP COLUMN note;
