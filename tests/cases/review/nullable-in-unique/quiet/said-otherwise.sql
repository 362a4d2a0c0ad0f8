CREATE TABLE folders (
    id bigint PRIMARY KEY, parent_id bigint REFERENCES folders, name text NOT NULL,
    UNIQUE NULLS NOT DISTINCT (parent_id, name)
);
CREATE TABLE pages (id bigint PRIMARY KEY, parent_id bigint REFERENCES pages, name text NOT NULL, UNIQUE (parent_id, name));
CREATE UNIQUE INDEX ON pages (name) WHERE parent_id IS NULL;
CREATE TABLE votes (
    person bigint NOT NULL, post_id bigint, comment_id bigint, at timestamptz NOT NULL,
    UNIQUE (post_id, person), UNIQUE (comment_id, person), CHECK (num_nonnulls(post_id, comment_id) = 1)
);
CREATE UNIQUE INDEX ON folders (name, parent_id) WHERE parent_id IS NOT NULL;
