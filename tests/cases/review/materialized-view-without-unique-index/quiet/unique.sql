CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, total numeric);
CREATE MATERIALIZED VIEW totals AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer;
CREATE UNIQUE INDEX ON totals (customer);
