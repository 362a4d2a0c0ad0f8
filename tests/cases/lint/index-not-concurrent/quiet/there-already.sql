-- schema: shop
-- clean
CREATE INDEX IF NOT EXISTS customers_email ON customers (email);
