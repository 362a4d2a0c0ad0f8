CREATE TABLE customer (
    id integer PRIMARY KEY, email text, country text NOT NULL, ref integer, boss integer REFERENCES customer
);
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    customer integer NOT NULL REFERENCES customer,
    maybe integer REFERENCES customer,
    status text NOT NULL CHECK (status IN ('open', 'done', 'void')),
    total numeric(10, 2),
    n integer,
    doc jsonb,
    code text,
    at timestamptz NOT NULL,
    ts timestamp,
    token uuid,
    note text
);
CREATE TABLE line (
    orders bigint NOT NULL REFERENCES orders, number integer NOT NULL, product text NOT NULL, pieces integer NOT NULL,
    PRIMARY KEY (orders, number)
);
CREATE FUNCTION chance() RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT 1';
