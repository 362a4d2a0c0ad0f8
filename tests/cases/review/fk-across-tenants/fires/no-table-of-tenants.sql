-- The tenants live elsewhere; the child's tenant may be NULL, so a key over both would not hold everywhere.
-- expect: constraint public.Bestellung.Bestellung_order_fkey
-- severity: info
CREATE TABLE "order" (id uuid PRIMARY KEY, "Tenant" uuid NOT NULL, name text);
CREATE TABLE "Bestellung" (id uuid PRIMARY KEY, "Tenant" uuid, "order" uuid NOT NULL REFERENCES "order");
