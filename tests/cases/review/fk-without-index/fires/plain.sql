-- expect: constraint public.orders.orders_customer_id_fkey
-- severity: warning
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, since date, discount numeric, notes text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, total numeric);
