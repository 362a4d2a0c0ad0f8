-- query: SELECT * FROM posts WHERE published_at < $1 AND person_id = $2
-- query: SELECT * FROM posts ORDER BY published_at DESC LIMIT 20
CREATE TABLE people (id bigint PRIMARY KEY);
CREATE TABLE posts (id bigint PRIMARY KEY, person_id bigint REFERENCES people, published_at timestamptz);
CREATE INDEX ON posts (published_at, person_id);
