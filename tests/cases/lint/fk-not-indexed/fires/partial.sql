-- schema: shop
-- at: lines.of_order
ALTER TABLE lines ADD CONSTRAINT of_order FOREIGN KEY (order_id) REFERENCES orders NOT VALID;
CREATE INDEX lines_open ON lines (order_id) WHERE amount > 0;
