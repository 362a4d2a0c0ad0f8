-- schema: shop
-- clean
DROP INDEX CONCURRENTLY customers_email;
