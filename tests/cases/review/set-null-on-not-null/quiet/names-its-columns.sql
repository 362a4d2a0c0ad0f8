CREATE TABLE customers (tenant int, id int, PRIMARY KEY (tenant, id));
CREATE TABLE orders (
    id bigint PRIMARY KEY, tenant int NOT NULL, customer_id int,
    FOREIGN KEY (tenant, customer_id) REFERENCES customers ON DELETE SET NULL (customer_id)
);
