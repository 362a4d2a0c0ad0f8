-- schema: shop
-- at: lines.lines_key
ALTER TABLE lines ADD CONSTRAINT lines_key PRIMARY KEY (order_id, sku);
