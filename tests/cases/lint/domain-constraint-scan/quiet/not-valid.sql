-- schema: shop
-- clean
ALTER DOMAIN code ADD CONSTRAINT short CHECK (length(VALUE) < 10) NOT VALID;
