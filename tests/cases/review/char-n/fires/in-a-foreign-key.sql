-- expect: column public.customers.code
-- expect: column public.orders.customer
CREATE TABLE customers (code char(5) PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer char(5) REFERENCES customers);
