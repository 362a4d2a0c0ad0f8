-- expect: constraint public.orders.orders_customer_fkey
CREATE TABLE customers (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, UNIQUE (tenant_id, id));
CREATE TABLE orders (
    id bigint PRIMARY KEY, tenant_id bigint NOT NULL, "customer" bigint NOT NULL REFERENCES customers,
    FOREIGN KEY (tenant_id, "customer") REFERENCES customers (tenant_id, id)
);
