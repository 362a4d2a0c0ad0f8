-- schema: shop
ALTER TABLE orders DROP COLUMN state;
