-- One order in a hundred is open; without sizes nobody knows, and such an index is made on purpose.
-- facts: {"indexes": {"public.orders_open": {"rows": 10000}, "public.orders_customer": {"rows": 1000000}}}
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, open boolean, note text);
CREATE INDEX orders_open ON orders (customer_id) WHERE open;
CREATE INDEX orders_noted ON orders (customer_id) WHERE note IS NOT NULL;
CREATE INDEX orders_customer ON orders (customer_id);
