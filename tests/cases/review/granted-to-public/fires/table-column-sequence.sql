-- expect: sequence public.numbers
-- expect: table public.orders
-- expect: view public.o'view
-- severity: warning
-- severity: warning
-- severity: info
CREATE TABLE orders (id int PRIMARY KEY, note text);
GRANT SELECT, UPDATE ON orders TO PUBLIC;
CREATE SEQUENCE numbers;
GRANT USAGE ON SEQUENCE numbers TO PUBLIC;
CREATE VIEW "o'view" AS SELECT id, note FROM orders;
GRANT SELECT (id) ON "o'view" TO PUBLIC;
CREATE TABLE more (id int PRIMARY KEY);
