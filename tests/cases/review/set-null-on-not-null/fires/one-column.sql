-- expect: constraint public.orders.orders_customer_id_fkey
-- severity: error
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers ON DELETE SET NULL);
