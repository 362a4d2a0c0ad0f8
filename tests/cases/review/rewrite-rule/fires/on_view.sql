-- expect: rule public.shown.to "orders"
CREATE TABLE orders (id serial PRIMARY KEY, name text);
CREATE VIEW shown AS SELECT * FROM orders WHERE name IS NOT NULL;
CREATE RULE "to ""orders""" AS ON UPDATE TO shown DO INSTEAD UPDATE orders SET name = NEW.name WHERE id = OLD.id;
