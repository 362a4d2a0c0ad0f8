-- One order in a hundred is open; most have a note, and their count needs no row; of the third nobody knows the size.
-- facts: {"indexes": {"public.orders_open": {"rows": 10000}, "public.orders_noted": {"rows": 900000}, "public.orders_customer": {"rows": 1000000}}}
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, open boolean, note text);
CREATE INDEX orders_open ON orders (customer_id) WHERE open;
CREATE INDEX orders_noted ON orders (customer_id) WHERE note IS NOT NULL;
CREATE INDEX orders_unknown ON orders (customer_id) WHERE NOT open;
CREATE INDEX orders_customer ON orders (customer_id, open);
