-- expect: constraint public.orders.orders_customer_id_fkey
-- severity: warning
CREATE TABLE tenants (id bigint PRIMARY KEY, name text);
CREATE TABLE customers (id bigint PRIMARY KEY, tenant_id bigint NOT NULL REFERENCES tenants, name text);
CREATE TABLE orders (
    id bigint PRIMARY KEY, tenant_id bigint NOT NULL REFERENCES tenants,
    customer_id bigint REFERENCES customers ON DELETE SET NULL
);
