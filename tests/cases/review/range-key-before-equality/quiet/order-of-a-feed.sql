-- The order of pages by key; a unique key; and one that has its counterpart.
CREATE TABLE people (id bigint PRIMARY KEY);
CREATE TABLE posts (id bigint PRIMARY KEY, person_id bigint REFERENCES people, published_at timestamptz, score int);
CREATE INDEX ON posts (published_at DESC, id DESC);
CREATE INDEX ON posts (published_at, score);
CREATE UNIQUE INDEX ON posts (published_at, person_id);
CREATE INDEX one_way ON posts (published_at DESC, person_id);
CREATE INDEX other_way ON posts (person_id, published_at DESC);
