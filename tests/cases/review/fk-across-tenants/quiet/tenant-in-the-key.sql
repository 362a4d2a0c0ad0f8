CREATE TABLE tenants (id bigint PRIMARY KEY, name text);
CREATE TABLE customers (id bigint PRIMARY KEY, tenant_id bigint NOT NULL REFERENCES tenants, UNIQUE (tenant_id, id));
CREATE TABLE orders (
    id bigint PRIMARY KEY, tenant_id bigint NOT NULL REFERENCES tenants, customer_id bigint,
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);
