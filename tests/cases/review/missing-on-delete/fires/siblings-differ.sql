-- expect: constraint public.invoices.invoices_customer_id_fkey
CREATE TABLE customers (id bigint PRIMARY KEY, name text, city text, street text, since date);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers ON DELETE CASCADE);
CREATE TABLE notes (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers ON DELETE SET NULL);
CREATE TABLE invoices (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers);
