-- expect: constraint public.nodes.nodes_parent_fkey
CREATE TABLE tenants (id bigint PRIMARY KEY, name text);
CREATE TABLE nodes (
    id bigint PRIMARY KEY, tenant_id bigint NOT NULL REFERENCES tenants, "parent" bigint REFERENCES nodes ON DELETE CASCADE,
    UNIQUE (tenant_id, id)
);
