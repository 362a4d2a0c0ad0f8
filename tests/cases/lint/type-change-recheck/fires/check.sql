-- schema: shop
-- at: orders.note
ALTER TABLE orders ALTER COLUMN note TYPE text;
