-- schema: shop
-- clean
CREATE UNIQUE INDEX CONCURRENTLY one_email ON customers (email);
ALTER TABLE customers ADD CONSTRAINT one_email UNIQUE USING INDEX one_email;
