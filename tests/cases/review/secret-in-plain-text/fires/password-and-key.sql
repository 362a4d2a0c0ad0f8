-- expect: column public.User".Password
-- expect: column public.providers.client_secret
-- severity: warning
-- severity: warning
CREATE TABLE "User""" (id bigint PRIMARY KEY, "Password" text NOT NULL, password_changed_at timestamptz);
CREATE TABLE providers (id bigint PRIMARY KEY, name text NOT NULL, client_secret varchar(9) NOT NULL, api_key_id text);
