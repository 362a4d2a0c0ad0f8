-- roles: authenticated
-- expect: policy public.invoices.admins
-- expect: policy public.invoices.staff
-- severity: error
CREATE SCHEMA auth;
CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE
    AS $$ SELECT current_setting('request.jwt.claims', true)::jsonb $$;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT (auth.jwt() ->> 'sub')::uuid $$;
CREATE TABLE auth.users (id uuid PRIMARY KEY, raw_user_meta_data jsonb);
CREATE TABLE invoices (id bigint PRIMARY KEY, total numeric(12, 2) NOT NULL);
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
CREATE POLICY admins ON invoices TO authenticated USING ((auth.jwt() -> 'user_metadata' ->> 'role') = 'admin');
CREATE POLICY staff ON invoices TO authenticated
    USING (EXISTS (SELECT FROM auth.users WHERE id = auth.uid() AND raw_user_meta_data ->> 'staff' = 'yes'));
