CREATE TABLE orders (id bigint PRIMARY KEY, total bigint);
COMMENT ON TABLE orders IS 'what was ordered'; COMMENT ON COLUMN orders.id IS 'number';
COMMENT ON COLUMN orders.total IS 'in cents';
