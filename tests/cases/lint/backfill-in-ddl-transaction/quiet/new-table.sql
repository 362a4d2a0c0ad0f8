-- schema: shop
-- clean
CREATE TABLE sizes (id bigint PRIMARY KEY, name text);
INSERT INTO sizes SELECT id, name FROM customers;
