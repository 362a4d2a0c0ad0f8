-- schema: shop
-- at: orders
UPDATE orders SET note = 'x';
