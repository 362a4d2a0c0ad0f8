-- In another order of columns it is the same key still.
-- expect: constraint public.orders.zum "Kunden"
-- severity: error
CREATE TABLE customers (tenant int, id int, PRIMARY KEY (tenant, id), UNIQUE (id, tenant));
CREATE TABLE orders (
    id bigint PRIMARY KEY, tenant int, customer_id int,
    CONSTRAINT a FOREIGN KEY (tenant, customer_id) REFERENCES customers ON DELETE CASCADE,
    CONSTRAINT "zum ""Kunden""" FOREIGN KEY (customer_id, tenant) REFERENCES customers (id, tenant)
);
