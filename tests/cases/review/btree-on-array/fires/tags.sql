-- expect: index public.posts.posts_tags_idx
-- severity: warning
CREATE TABLE posts (id bigint PRIMARY KEY, tags text[] NOT NULL);
CREATE INDEX ON posts (tags);
