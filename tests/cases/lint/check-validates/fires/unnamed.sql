-- schema: shop
-- at: orders.orders_total_check
ALTER TABLE orders
    ADD COLUMN a integer,
    ADD CHECK (total > 0);
