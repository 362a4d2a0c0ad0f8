-- expect: constraint public.nodes.nodes_tenant_parent_fkey
CREATE TABLE nodes (
    tenant int, id int, parent int, PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, parent) REFERENCES nodes
);
