-- expect: constraint public.users.users_email_key
-- severity: warning
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL UNIQUE);
