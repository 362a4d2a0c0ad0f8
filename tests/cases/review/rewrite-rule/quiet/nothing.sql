-- Such a rule runs nothing twice.
CREATE TABLE orders (id serial PRIMARY KEY, name text);
CREATE RULE keep AS ON DELETE TO orders DO INSTEAD NOTHING;
