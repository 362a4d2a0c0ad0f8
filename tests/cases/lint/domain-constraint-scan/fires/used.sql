-- schema: shop
-- at: code
ALTER DOMAIN code ADD CONSTRAINT short CHECK (length(VALUE) < 10);
