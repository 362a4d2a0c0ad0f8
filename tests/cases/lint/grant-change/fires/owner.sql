-- at: orders
ALTER TABLE orders OWNER TO app;
