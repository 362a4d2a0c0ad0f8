-- A text of that name, and no token.
CREATE TABLE settings (name text PRIMARY KEY, value text NOT NULL);
ALTER TABLE settings ENABLE ROW LEVEL SECURITY;
CREATE POLICY one ON settings FOR SELECT USING (name = 'user_metadata');
