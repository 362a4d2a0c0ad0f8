-- The new key must accept an order without a customer, as the old one does.
-- expect: constraint public.orders.orders_customer_id_fkey
CREATE TABLE customers (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, name text);
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, customer_id bigint REFERENCES customers MATCH FULL);
INSERT INTO orders VALUES (1, 1, NULL);
