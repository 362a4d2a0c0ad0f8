-- A wider key, a living-only one, one reference that is unique by itself; things that belong to two others.
CREATE TABLE users (id bigint PRIMARY KEY, name text);
CREATE TABLE roles (id bigint PRIMARY KEY, name text);
CREATE TABLE a (user_id bigint REFERENCES users, role_id bigint REFERENCES roles, number int, PRIMARY KEY (user_id, role_id, number));
CREATE TABLE b (
    id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, role_id bigint NOT NULL REFERENCES roles,
    deleted_at timestamptz
);
CREATE UNIQUE INDEX ON b (user_id, role_id) WHERE deleted_at IS NULL;
CREATE TABLE c (id bigint PRIMARY KEY, user_id bigint NOT NULL UNIQUE REFERENCES users, role_id bigint NOT NULL REFERENCES roles);
CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, role_id bigint NOT NULL REFERENCES roles, body text);
CREATE TABLE nodes (id bigint PRIMARY KEY, parent_id bigint NOT NULL REFERENCES nodes, role_id bigint NOT NULL REFERENCES roles);
