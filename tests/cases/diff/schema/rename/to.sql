CREATE SCHEMA commerce;
CREATE TABLE commerce.orders (id integer PRIMARY KEY, n integer);
CREATE VIEW commerce.big AS SELECT id FROM commerce.orders WHERE n > 10;
