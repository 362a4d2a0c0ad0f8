-- expect: index public.posts.posts_down
CREATE TABLE posts (id bigint PRIMARY KEY, author int, at timestamptz);
CREATE INDEX posts_down ON posts (author DESC, at ASC);
CREATE INDEX posts_up ON posts (author, at DESC);
