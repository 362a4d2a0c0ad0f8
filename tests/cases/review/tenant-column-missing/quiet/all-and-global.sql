-- The tenants themselves, lists of codes, and what is the same for all.
CREATE TABLE tenants (id bigint PRIMARY KEY, name text, a text, b text, c text);
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint REFERENCES tenants, a text, b text, c text);
CREATE TABLE parts (id bigint PRIMARY KEY, tenant_id bigint REFERENCES tenants, a text, b text, c text);
CREATE TABLE users (id bigint PRIMARY KEY, tenant_id bigint REFERENCES tenants, a text, b text, c text);
CREATE TABLE shops (id bigint PRIMARY KEY, tenant_id bigint REFERENCES tenants, a text, b text, c text);
CREATE TABLE rules (id bigint PRIMARY KEY, tenant_id bigint REFERENCES tenants, a text, b text, c text);
CREATE TABLE stock (id bigint PRIMARY KEY, tenant_id bigint REFERENCES tenants, a text, b text, c text);
CREATE TABLE colours (id bigint PRIMARY KEY, name text);
CREATE TABLE plans (id bigint PRIMARY KEY, a text, b text, c text, d text);
