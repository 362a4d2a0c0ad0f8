-- Functions, types and tables of an extension are not the user's to describe; a partition is its root.
CREATE EXTENSION hstore;
CREATE TABLE orders (id bigint, total bigint) PARTITION BY RANGE (id);
CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (0) TO (10);
COMMENT ON TABLE orders IS 'what was ordered'; COMMENT ON COLUMN orders.id IS 'number';
COMMENT ON COLUMN orders.total IS 'in cents';
