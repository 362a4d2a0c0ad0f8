-- The columns of a composite foreign key may stand in any order at the head of the index.
CREATE TABLE customers (tenant_id int, id int, PRIMARY KEY (tenant_id, id));
CREATE TABLE orders (
    id bigint PRIMARY KEY, tenant_id int, customer_id int, placed timestamptz,
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);
CREATE INDEX ON orders (customer_id, tenant_id, placed);
