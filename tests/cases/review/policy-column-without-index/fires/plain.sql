-- roles: authenticated
-- expect: policy public.notes.mine
CREATE SCHEMA auth;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE
    AS $$ SELECT (current_setting('request.jwt.claims', true)::jsonb ->> 'sub')::uuid $$;
GRANT USAGE ON SCHEMA auth, public TO authenticated;
CREATE TABLE notes (id bigint PRIMARY KEY, user_id uuid NOT NULL, body text);
CREATE INDEX ON notes (body, user_id);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON notes TO authenticated USING ((SELECT auth.uid()) = user_id);
GRANT SELECT, INSERT ON notes TO authenticated;
