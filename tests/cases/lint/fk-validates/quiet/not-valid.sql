-- schema: shop
-- clean
ALTER TABLE lines ADD CONSTRAINT of_order FOREIGN KEY (order_id) REFERENCES orders NOT VALID;
