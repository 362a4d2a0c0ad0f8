-- A view and an index over a day of it: found, but without a change that PostgreSQL would refuse.
-- expect: database
CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamp, paid_at timestamp);
CREATE VIEW today AS SELECT id FROM orders WHERE placed_at > now();
CREATE INDEX ON orders (date_trunc('day', paid_at));
