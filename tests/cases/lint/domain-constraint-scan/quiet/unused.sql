-- schema: shop
-- clean
ALTER DOMAIN plain ADD CONSTRAINT short CHECK (length(VALUE) < 10);
