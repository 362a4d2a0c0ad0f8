CREATE SCHEMA sales;
CREATE TABLE sales.things (id bigint PRIMARY KEY);
ALTER SCHEMA sales RENAME TO trade;
