CREATE SCHEMA sales;
CREATE TABLE sales.orders (id integer PRIMARY KEY, n integer);
CREATE VIEW sales.big AS SELECT id FROM sales.orders WHERE n > 10;
