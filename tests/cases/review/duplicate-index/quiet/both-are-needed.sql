-- A foreign key relies on the unique key, replication on the other index.
CREATE TABLE users (id bigint NOT NULL, CONSTRAINT users_id_key UNIQUE (id));
CREATE TABLE logins (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id));
ALTER TABLE users ADD PRIMARY KEY (id);
CREATE TABLE replicated (code text PRIMARY KEY);
CREATE UNIQUE INDEX replicated_identity ON replicated (code);
ALTER TABLE replicated REPLICA IDENTITY USING INDEX replicated_identity;
