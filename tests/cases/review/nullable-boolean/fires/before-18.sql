-- expect: column public.users.is_admin
-- postgres: 13
CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, is_admin boolean DEFAULT false);
