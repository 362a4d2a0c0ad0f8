-- The schema is closed: less.
-- expect: table inner.orders
-- severity: info
CREATE SCHEMA "inner";
CREATE TABLE "inner".orders (id int PRIMARY KEY);
GRANT ALL ON "inner".orders TO PUBLIC;
CREATE TABLE other (id int PRIMARY KEY);
