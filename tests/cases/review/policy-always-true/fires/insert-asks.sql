-- roles: authenticated
-- expect: policy public.messages.anyone
-- severity: warning
CREATE TABLE messages (id bigint PRIMARY KEY, body text NOT NULL);
ALTER TABLE messages ENABLE ROW LEVEL SECURITY;
CREATE POLICY anyone ON messages FOR INSERT TO authenticated WITH CHECK (1 = 1);
CREATE POLICY reading ON messages FOR SELECT USING (true);
