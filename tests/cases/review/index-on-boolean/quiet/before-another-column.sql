CREATE TABLE orders (id bigint PRIMARY KEY, open boolean, placed timestamptz);
CREATE INDEX ON orders (open, placed);
CREATE INDEX ON orders (placed) WHERE open;
CREATE INDEX ON orders (open) WHERE open;
CREATE UNIQUE INDEX ON orders (open) WHERE open;
CREATE UNIQUE INDEX one_default ON orders (open);
