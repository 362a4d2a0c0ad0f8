-- A setting of the application, on the right, and a name that needs quotes.
-- roles: kiosk
-- exposed: kiosk
-- expect: policy public.Visits.tenants
CREATE TABLE "Visits" (id bigint PRIMARY KEY, "Tenant" bigint NOT NULL, at timestamptz NOT NULL);
ALTER TABLE "Visits" ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenants ON "Visits" FOR SELECT TO kiosk
    USING ("Tenant" = (SELECT current_setting('app.tenant')::bigint) AND at IS NOT NULL);
GRANT SELECT ON "Visits" TO kiosk;
