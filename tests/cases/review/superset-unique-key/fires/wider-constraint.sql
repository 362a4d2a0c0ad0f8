-- expect: constraint public.users.users_email_name_key
CREATE TABLE users (id bigint PRIMARY KEY, email text UNIQUE, name text, UNIQUE (email, name));
