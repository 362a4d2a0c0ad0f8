-- expect: index public.users.users_email
-- expect: constraint public.users.users_slug_key
-- severity: warning
-- severity: info
CREATE TABLE users (id bigint PRIMARY KEY, email text, slug text UNIQUE, "deletedAt" timestamptz);
CREATE UNIQUE INDEX users_email ON users (lower(email));
