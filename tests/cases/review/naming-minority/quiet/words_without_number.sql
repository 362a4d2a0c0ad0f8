-- Words whose number cannot be seen, a junction table, a column named for a role and one named like its key.
CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE posts (id bigint PRIMARY KEY);
CREATE TABLE comments (id bigint PRIMARY KEY); CREATE TABLE tags (id bigint PRIMARY KEY);
CREATE TABLE countries (code text PRIMARY KEY); CREATE TABLE news (id bigint PRIMARY KEY);
CREATE TABLE user_status (id bigint PRIMARY KEY); CREATE TABLE audit_data (id bigint PRIMARY KEY);
CREATE TABLE post_tag (post_id bigint REFERENCES posts, tag_id bigint REFERENCES tags, PRIMARY KEY (post_id, tag_id));
CREATE TABLE pages (id bigint PRIMARY KEY, created_by bigint REFERENCES users, country_code text REFERENCES countries,
    post_id bigint REFERENCES posts, tag_id bigint REFERENCES tags, user_id bigint REFERENCES users);
