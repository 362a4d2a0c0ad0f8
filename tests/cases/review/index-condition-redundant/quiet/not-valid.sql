-- NOT NULL from now on: rows from before may be empty.
CREATE TABLE users (id bigint PRIMARY KEY, email text);
ALTER TABLE users ADD CONSTRAINT users_email_not_null NOT NULL email NOT VALID;
CREATE UNIQUE INDEX users_email ON users (email) WHERE email IS NOT NULL;
