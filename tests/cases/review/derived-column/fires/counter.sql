-- expect: column blog.Posts.commentsCount
CREATE SCHEMA blog;
CREATE TABLE blog."Posts" (id bigint PRIMARY KEY, body text, "commentsCount" int NOT NULL DEFAULT 0, views_count int);
CREATE TABLE blog."PostComments" (id bigint PRIMARY KEY, post bigint REFERENCES blog."Posts", body text);
