-- expect: index public.users.users_email_idx
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE INDEX ON users (email);
