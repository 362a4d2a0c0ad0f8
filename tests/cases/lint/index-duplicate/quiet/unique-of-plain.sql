-- schema: shop
CREATE UNIQUE INDEX CONCURRENTLY one ON customers (email);
