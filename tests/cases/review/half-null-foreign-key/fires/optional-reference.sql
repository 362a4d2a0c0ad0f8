-- The usual way to write an optional reference within a tenant.
-- expect: constraint public.orders.orders_tenant_id_customer_id_fkey
-- severity: info
CREATE TABLE customers (tenant_id int, id int, PRIMARY KEY (tenant_id, id));
CREATE TABLE orders (
    tenant_id int, id bigint, customer_id int, PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);
