CREATE TABLE tags (id bigint PRIMARY KEY, name text);
CREATE TABLE posts (id bigint PRIMARY KEY, ids bigint[]);
CREATE TABLE post_tags (post_id bigint REFERENCES posts, tag_id bigint REFERENCES tags, PRIMARY KEY (post_id, tag_id));
