-- expect: table public.Tenant's data
CREATE TABLE "Tenant's data" (id bigint, "at" date) PARTITION BY RANGE ("at");
CREATE TABLE p PARTITION OF "Tenant's data" FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE POLICY "say ""no""" ON "Tenant's data" FOR SELECT USING (id > 0);
CREATE POLICY b ON "Tenant's data" FOR UPDATE USING (id > 0);
CREATE POLICY c ON "Tenant's data" FOR DELETE USING (id > 0);
CREATE POLICY d ON "Tenant's data" FOR INSERT WITH CHECK (id > 0);
