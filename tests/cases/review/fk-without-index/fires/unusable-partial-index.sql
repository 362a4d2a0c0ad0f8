-- A row with deleted_at set still refers to its parent, and this index does not have it.
-- expect: constraint public.orders.orders_customer_id_fkey
CREATE TABLE customers (id bigint PRIMARY KEY, name text, city text, street text, phone text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers, deleted_at timestamptz);
CREATE INDEX ON orders (customer_id) WHERE deleted_at IS NULL;
