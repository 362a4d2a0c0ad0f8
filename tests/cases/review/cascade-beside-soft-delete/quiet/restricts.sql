CREATE TABLE customers (id bigint PRIMARY KEY, up bigint REFERENCES customers ON DELETE CASCADE, deleted_at timestamptz);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers ON DELETE RESTRICT);
