-- expect: column public.posts.tag_ids
-- severity: warning
CREATE TABLE posts (id bigint PRIMARY KEY, tag_ids text NOT NULL);
