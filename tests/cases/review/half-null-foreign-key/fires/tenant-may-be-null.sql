-- expect: constraint public.orders.orders_tenant_id_Kunde_fkey
-- severity: warning
CREATE TABLE customers (tenant_id int, id int, PRIMARY KEY (tenant_id, id));
CREATE TABLE orders (
    id bigint PRIMARY KEY, tenant_id int, "Kunde" int NOT NULL, FOREIGN KEY (tenant_id, "Kunde") REFERENCES customers
);
