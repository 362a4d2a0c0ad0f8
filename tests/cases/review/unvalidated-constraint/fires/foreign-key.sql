-- expect: constraint public.orders.orders_customer_id_fkey
-- severity: warning
-- one-way: validation has no inverse
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);
ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers NOT VALID;
