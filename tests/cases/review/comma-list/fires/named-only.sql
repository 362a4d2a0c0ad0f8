-- expect: column public.posts.keywords
-- severity: info
CREATE TABLE posts (id bigint PRIMARY KEY, keywords varchar(400));
