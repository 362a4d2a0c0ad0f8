CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE INDEX ON orders (note);
