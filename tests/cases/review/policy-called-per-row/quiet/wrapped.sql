-- Asked once already; depends on the row; a volatile function; and row security that is off.
CREATE SCHEMA auth;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT current_setting('x.sub', true)::uuid $$;
CREATE FUNCTION owns(id bigint) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT id > 0 $$;
CREATE TABLE notes (id bigint PRIMARY KEY, owner uuid, setting text, body text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes USING (owner = (SELECT auth.uid()));
CREATE POLICY set ON notes FOR UPDATE USING (body = (SELECT current_setting('app.x'))) WITH CHECK (owns(id));
CREATE POLICY by_row ON notes FOR DELETE USING (body = current_setting(setting) AND random() > 0.5);
CREATE TABLE other (id bigint PRIMARY KEY, owner uuid);
CREATE POLICY own ON other USING (owner = auth.uid());
