-- expect: column public.users.email
-- severity: warning
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, name text, api_token text UNIQUE);
