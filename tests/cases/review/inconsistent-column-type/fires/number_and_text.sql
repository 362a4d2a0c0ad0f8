-- expect: column public.invoices.customer_number
-- severity: info
CREATE TABLE customers (id bigint PRIMARY KEY, customer_number integer NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_number bigint NOT NULL);
CREATE TABLE invoices (id bigint PRIMARY KEY, customer_number varchar(20) NOT NULL);
