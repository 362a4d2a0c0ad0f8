CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, name text);
CREATE INDEX ON users (email, name);
CREATE INDEX ON users (id, name);
