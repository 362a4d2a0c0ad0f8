CREATE TABLE notes (id bigint PRIMARY KEY, owner name);
CREATE POLICY a ON notes USING (owner = CURRENT_USER);
CREATE POLICY b ON notes USING (id > 0);
