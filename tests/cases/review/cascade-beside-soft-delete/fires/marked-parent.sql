-- expect: table public.customers
CREATE TABLE customers (id bigint PRIMARY KEY, name text, deleted_at timestamptz);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers ON DELETE CASCADE);
