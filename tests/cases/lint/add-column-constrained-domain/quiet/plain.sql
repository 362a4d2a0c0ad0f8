-- schema: shop
-- clean
ALTER TABLE orders ADD COLUMN a plain, ADD COLUMN b code[];
