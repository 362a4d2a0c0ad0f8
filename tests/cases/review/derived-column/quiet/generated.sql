CREATE TABLE people (
    id bigint PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL,
    full_name text GENERATED ALWAYS AS (first_name || ' ' || last_name) STORED
);
CREATE TABLE lines (
    id bigint PRIMARY KEY, quantity int, unit_price numeric, total numeric GENERATED ALWAYS AS (quantity * unit_price) STORED
);
