-- schema: shop
-- clean
ALTER TABLE IF EXISTS nothing ADD COLUMN a integer;
DROP INDEX CONCURRENTLY IF EXISTS nothing;
