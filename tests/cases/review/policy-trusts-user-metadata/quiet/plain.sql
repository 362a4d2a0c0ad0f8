-- What the server alone sets; the same word as a text or a column; row-level security that is off.
CREATE SCHEMA auth;
CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE
    AS $$ SELECT current_setting('request.jwt.claims', true)::jsonb $$;
CREATE TABLE invoices (id bigint PRIMARY KEY, user_metadata jsonb, kind text NOT NULL);
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
CREATE POLICY admins ON invoices USING ((auth.jwt() -> 'app_metadata' ->> 'role') = 'admin');
CREATE POLICY kinds ON invoices USING (kind <> 'user_metadata' AND user_metadata IS NULL);
CREATE TABLE plans (id bigint PRIMARY KEY, body text NOT NULL);
CREATE POLICY admins ON plans USING ((auth.jwt() -> 'user_metadata' ->> 'role') = 'admin');
