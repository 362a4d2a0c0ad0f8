-- The foreign key relies on the first, so the second goes.
-- expect: index public.users.users_email_key1
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, CONSTRAINT z UNIQUE (email));
ALTER TABLE users ADD CONSTRAINT users_email_key1 UNIQUE (email);
ALTER TABLE users RENAME CONSTRAINT z TO users_email_key0;
CREATE TABLE logins (id bigint PRIMARY KEY, email text REFERENCES users (email));
