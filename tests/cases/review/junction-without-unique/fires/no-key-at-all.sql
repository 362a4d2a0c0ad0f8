-- expect: table public.user_roles
-- severity: warning
CREATE TABLE users (id bigint PRIMARY KEY, name text);
CREATE TABLE roles (id bigint PRIMARY KEY, name text);
CREATE TABLE user_roles (
    user_id bigint NOT NULL REFERENCES users, role_id bigint NOT NULL REFERENCES roles, created_at timestamptz
);
