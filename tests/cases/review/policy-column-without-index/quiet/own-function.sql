-- What is compared is no column of the table, or not with who asks.
CREATE TABLE notes (id bigint PRIMARY KEY, kind text NOT NULL, body text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY kinds ON notes USING (kind = 'public');
CREATE POLICY switched ON notes FOR SELECT USING (current_setting('app.open', true) = 'yes');
