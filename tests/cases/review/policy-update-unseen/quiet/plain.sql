-- Seen through a policy for all roles, or for ALL; a restrictive one lets nobody in.
-- roles: authenticated
CREATE TABLE notes (id bigint PRIMARY KEY, owner text NOT NULL, body text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON notes FOR SELECT USING (body IS NOT NULL);
CREATE POLICY edit ON notes FOR UPDATE TO authenticated USING (owner = CURRENT_USER);
CREATE TABLE plans (id bigint PRIMARY KEY, owner text NOT NULL, body text);
ALTER TABLE plans ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON plans TO authenticated USING (owner = CURRENT_USER);
CREATE POLICY late ON plans AS RESTRICTIVE FOR UPDATE TO PUBLIC USING (body IS NULL);
CREATE TABLE asleep (id bigint PRIMARY KEY, owner text NOT NULL);
CREATE POLICY edit ON asleep FOR UPDATE USING (owner = CURRENT_USER);
