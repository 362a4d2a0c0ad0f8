-- expect: constraint public.invoices.invoices_tenant_id_customer_id_fkey
-- severity: info
CREATE TABLE customers (
    tenant_id int, id int, name text, city text, street text, phone text,
    PRIMARY KEY (tenant_id, id)
);
CREATE TABLE invoices (
    id bigint PRIMARY KEY, tenant_id int NOT NULL, customer_id int NOT NULL,
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);
CREATE INDEX ON invoices (tenant_id, id, customer_id);
