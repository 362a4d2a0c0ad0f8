-- Only the id may be NULL, so only the id is to be set.
-- expect: constraint public.Bestellung.Bestellung_tenant_select_fkey
CREATE TABLE customers (tenant int, id int, PRIMARY KEY (tenant, id));
CREATE TABLE "Bestellung" (
    id bigint PRIMARY KEY, tenant int NOT NULL, "select" int,
    FOREIGN KEY (tenant, "select") REFERENCES customers ON DELETE SET NULL ON UPDATE CASCADE
);
