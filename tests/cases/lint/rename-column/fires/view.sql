-- schema: shop
-- at: open_orders.total
ALTER VIEW open_orders RENAME COLUMN total TO amount;
