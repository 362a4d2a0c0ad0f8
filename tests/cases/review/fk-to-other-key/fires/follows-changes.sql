-- expect: constraint public.orders.orders_tenant_name_fkey
CREATE TABLE users (id bigint PRIMARY KEY, tenant int NOT NULL, name text NOT NULL, UNIQUE (tenant, name));
CREATE TABLE orders (
    id bigint PRIMARY KEY, tenant int, name text, FOREIGN KEY (tenant, name) REFERENCES users (tenant, name) ON UPDATE CASCADE
);
