CREATE TABLE users (id bigint PRIMARY KEY, email text, name text NOT NULL);
CREATE UNIQUE INDEX users_email ON users (email) WHERE email IS NOT NULL;
CREATE INDEX users_name ON users (name) WHERE name <> '';
CREATE INDEX ON users (name) WHERE email IS NOT NULL OR name IS NOT NULL;
