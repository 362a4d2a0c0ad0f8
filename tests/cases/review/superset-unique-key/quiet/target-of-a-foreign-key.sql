-- The key over tenant and id is there for the foreign key.
CREATE TABLE customers (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, UNIQUE (tenant_id, id));
CREATE TABLE orders (
    id bigint PRIMARY KEY, tenant_id bigint, customer_id bigint,
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);
