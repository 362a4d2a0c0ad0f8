-- schema: shop
-- at: customers
CREATE UNIQUE INDEX CONCURRENTLY one_email ON customers (email);
