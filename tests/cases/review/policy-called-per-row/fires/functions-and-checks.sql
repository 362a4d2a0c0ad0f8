-- A stable function of the schema inside a sub-select that reads a table; a check alone is less.
-- expect: policy public.notes.mem'bers
-- expect: policy public.notes.inserts
-- severity: warning
-- severity: info
CREATE SCHEMA auth;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT current_setting('x.sub', true)::uuid $$;
CREATE FUNCTION "my team"() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT 1::bigint $$;
CREATE TABLE members (team bigint, person uuid, PRIMARY KEY (team, person));
CREATE TABLE notes (id bigint PRIMARY KEY, team bigint NOT NULL, owner uuid, body text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY "mem'bers" ON notes FOR SELECT USING (
    team = "my team"() AND body <> 'auth.uid()'
    AND EXISTS (SELECT 1 FROM members m WHERE m.team = notes.team AND m.person = auth.uid())
);
CREATE POLICY inserts ON notes FOR INSERT WITH CHECK (owner = auth.uid());
