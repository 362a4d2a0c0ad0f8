-- Not enforced is another promise than not valid.
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (
    id bigint PRIMARY KEY, customer_id bigint REFERENCES customers NOT ENFORCED, total numeric CHECK (total > 0) NOT ENFORCED
);
