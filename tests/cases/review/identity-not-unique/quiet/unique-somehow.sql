-- Within the tenant, among the living, in lower case, or by another login.
CREATE TABLE tenants (id bigint PRIMARY KEY, slug text UNIQUE);
CREATE TABLE users (id bigint PRIMARY KEY, tenant_id bigint REFERENCES tenants, email text, deleted_at timestamptz);
CREATE UNIQUE INDEX users_email ON users (tenant_id, lower(email)) WHERE deleted_at IS NULL;
CREATE TABLE admins (id bigint PRIMARY KEY, login text NOT NULL UNIQUE, email text);
