-- schema: shop
-- clean
ALTER TABLE orders DROP CONSTRAINT orders_pkey;
ALTER TABLE orders ADD PRIMARY KEY USING INDEX orders_checked;
