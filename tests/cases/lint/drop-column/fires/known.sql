-- schema: shop
-- at: orders.note
-- says: orders_note
ALTER TABLE orders DROP COLUMN note;
