-- expect: constraint public.members.members_tenant_id_E-Mail_key
-- expect: index public.people.people_address
CREATE TABLE tenants (id bigint PRIMARY KEY);
CREATE TABLE members (
    id bigint PRIMARY KEY, tenant_id bigint NOT NULL REFERENCES tenants, "E-Mail" varchar(40), UNIQUE (tenant_id, "E-Mail")
);
CREATE TABLE people (id bigint PRIMARY KEY, email_address varchar(200) NOT NULL, deleted_at timestamptz);
CREATE UNIQUE INDEX people_address ON people (email_address) WHERE deleted_at IS NULL;
