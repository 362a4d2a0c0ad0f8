-- What PUBLIC has by default: types and functions.
-- roles: app
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
GRANT EXECUTE ON FUNCTION f() TO PUBLIC;
GRANT USAGE ON TYPE mood TO PUBLIC;
CREATE TABLE orders (id int PRIMARY KEY);
GRANT SELECT ON orders TO app;
