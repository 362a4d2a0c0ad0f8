-- An index begins with it; a policy with OR needs more than one; a policy for INSERT reads nothing.
CREATE SCHEMA auth;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT current_setting('x.sub', true)::uuid $$;
CREATE TABLE notes (id bigint PRIMARY KEY, user_id uuid NOT NULL, open boolean NOT NULL, body text);
CREATE INDEX ON notes (user_id, id);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON notes USING ((SELECT auth.uid()) = user_id);
CREATE TABLE posts (id bigint PRIMARY KEY, user_id uuid NOT NULL, open boolean NOT NULL, body text);
ALTER TABLE posts ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON posts FOR SELECT USING (open OR (SELECT auth.uid()) = user_id);
CREATE POLICY writers ON posts FOR INSERT WITH CHECK ((SELECT auth.uid()) = user_id);
CREATE TABLE plans (id uuid PRIMARY KEY, body text);
ALTER TABLE plans ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON plans USING (id = auth.uid());
