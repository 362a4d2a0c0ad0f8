CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (
    id bigint PRIMARY KEY, customer_id bigint REFERENCES customers ON DELETE SET NULL,
    payer_id bigint NOT NULL DEFAULT 1 REFERENCES customers ON DELETE SET DEFAULT
);
