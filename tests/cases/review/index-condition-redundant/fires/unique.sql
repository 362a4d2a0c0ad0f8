-- expect: index public.users.users_email
-- severity: warning
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
CREATE UNIQUE INDEX users_email ON users (email) WHERE email IS NOT NULL;
