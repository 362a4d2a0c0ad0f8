-- Where the tenant may be NULL the wider key does not check every row.
CREATE TABLE customers (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, UNIQUE (tenant_id, id));
CREATE TABLE orders (
    id bigint PRIMARY KEY, tenant_id bigint, customer_id bigint NOT NULL REFERENCES customers,
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);
