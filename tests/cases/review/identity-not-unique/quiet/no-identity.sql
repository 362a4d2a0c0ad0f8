-- facts: {"tables": {"public.posts": {"rows": 1000}}}
-- facts: {"columns": {"public.posts": [{"column": "slug", "n_distinct": 400}]}}
-- It is the key of another system that tells these accounts apart.
CREATE TABLE users (id bigint PRIMARY KEY, username text NOT NULL, sub text NOT NULL UNIQUE);
CREATE TABLE invitations (id bigint PRIMARY KEY, email text NOT NULL);
CREATE TABLE user_events (id bigint PRIMARY KEY, email text NOT NULL, external_id text);
CREATE TABLE article_versions (id bigint PRIMARY KEY, slug text NOT NULL);
CREATE TABLE posts (id bigint PRIMARY KEY, slug text NOT NULL);
