-- expect: column public.posts.made
CREATE DOMAIN second AS timestamptz(0);
CREATE TABLE posts (id bigint PRIMARY KEY, made second);
