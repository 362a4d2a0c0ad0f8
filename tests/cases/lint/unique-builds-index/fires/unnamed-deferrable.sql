-- schema: shop
-- at: lines.lines_order_id_line_sku_key
ALTER TABLE lines ADD UNIQUE (order_id, line) INCLUDE (sku) DEFERRABLE INITIALLY DEFERRED;
