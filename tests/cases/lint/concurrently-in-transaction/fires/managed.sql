-- runs: managed
-- at: database
-- at: database
ALTER TABLE orders ADD COLUMN a integer;
DROP INDEX CONCURRENTLY orders_b;
VACUUM orders;
