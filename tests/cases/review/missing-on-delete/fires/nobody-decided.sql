-- expect: database
CREATE TABLE customers (id bigint PRIMARY KEY, name text, city text, street text, since date);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers);
CREATE TABLE invoices (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers);
