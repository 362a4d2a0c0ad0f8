-- schema: shop
-- at: orders.orders_total
CREATE INDEX orders_total ON orders (total);
