-- Six columns mean the tenant, and nothing refers to it: a policy about tenants, and a question.
-- expect: table public.tenants
-- severity: info
CREATE TABLE tenants (id bigint PRIMARY KEY);
CREATE TABLE a (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
CREATE TABLE b (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, a_ref bigint NOT NULL REFERENCES a);
CREATE TABLE c (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, a_ref bigint NOT NULL REFERENCES a);
CREATE TABLE d (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, a_ref bigint NOT NULL REFERENCES a);
CREATE TABLE e (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, a_ref bigint NOT NULL REFERENCES a);
CREATE TABLE f (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, a_ref bigint NOT NULL REFERENCES a);
