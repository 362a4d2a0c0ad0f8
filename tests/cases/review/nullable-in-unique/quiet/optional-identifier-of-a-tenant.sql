-- NULL says that there is none; those that exist are unique within their tenant.
CREATE TABLE items (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, external_ref text, UNIQUE (tenant_id, external_ref));
