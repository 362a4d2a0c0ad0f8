-- A unique key of a partitioned table needs the partition key, so there is no fix by one.
-- expect: table public.user_roles
CREATE TABLE users (id bigint PRIMARY KEY, name text);
CREATE TABLE roles (id bigint PRIMARY KEY, name text);
CREATE TABLE user_roles (
    user_id bigint NOT NULL REFERENCES users, role_id bigint NOT NULL REFERENCES roles, created_at date NOT NULL
) PARTITION BY RANGE (created_at);
CREATE TABLE user_roles_1 PARTITION OF user_roles FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
