-- runs: managed
-- +goose NO TRANSACTION
CREATE INDEX CONCURRENTLY orders_a ON orders (a);
DROP INDEX CONCURRENTLY orders_b;
