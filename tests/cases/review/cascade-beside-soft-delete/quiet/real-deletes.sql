-- What the child marks is the child's affair; a person who deleted is no mark.
CREATE TABLE customers (id bigint PRIMARY KEY, deleted text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers ON DELETE CASCADE, deleted_at timestamptz);
