CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, total numeric);
CREATE VIEW totals AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer;
