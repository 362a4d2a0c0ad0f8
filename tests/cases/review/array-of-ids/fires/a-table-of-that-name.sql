-- expect: column public.posts.tagIds
-- severity: warning
CREATE TABLE tags (id bigint PRIMARY KEY, name text);
CREATE TABLE posts (id bigint PRIMARY KEY, "tagIds" bigint[]);
