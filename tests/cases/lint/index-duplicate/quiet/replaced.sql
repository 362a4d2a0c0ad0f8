-- schema: shop
-- clean
CREATE INDEX CONCURRENTLY customers_email_name ON customers (email, name);
DROP INDEX CONCURRENTLY customers_email;
