-- What makes a view a view is a rule as well.
CREATE TABLE orders (id serial PRIMARY KEY, name text);
CREATE VIEW shown AS SELECT * FROM orders;
CREATE MATERIALIZED VIEW kept AS SELECT * FROM orders;
