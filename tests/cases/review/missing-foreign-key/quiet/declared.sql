CREATE TABLE users (tenant_id bigint, id bigint, PRIMARY KEY (tenant_id, id));
CREATE TABLE orders (
    id bigint PRIMARY KEY, tenant_id bigint, user_id bigint, FOREIGN KEY (tenant_id, user_id) REFERENCES users
);
CREATE TABLE notes (id bigint PRIMARY KEY, user_id bigint);
