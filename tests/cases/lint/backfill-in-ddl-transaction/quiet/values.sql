-- schema: shop
-- clean
ALTER TABLE customers ADD COLUMN a integer;
INSERT INTO log (id) VALUES (1), (2);
