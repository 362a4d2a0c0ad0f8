-- expect: constraint public.posts.posts_author_fkey
-- expect: constraint public.profiles.profiles_id_fkey
-- severity: warning
CREATE SCHEMA auth; CREATE SCHEMA storage; CREATE SCHEMA realtime; CREATE SCHEMA graphql_public;
CREATE TABLE auth.users (id uuid PRIMARY KEY, email text);
CREATE TABLE profiles (id uuid PRIMARY KEY REFERENCES auth.users, name text);
CREATE TABLE posts (id bigint PRIMARY KEY, author uuid REFERENCES auth.users, body text);
