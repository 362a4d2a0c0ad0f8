-- expect: rule public.orders.log
-- severity: info
CREATE TABLE orders (id serial PRIMARY KEY, name text);
CREATE TABLE orders_log (id integer, name text);
CREATE RULE log AS ON INSERT TO orders DO ALSO INSERT INTO orders_log VALUES (NEW.id, NEW.name);
