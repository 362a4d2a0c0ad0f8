-- query: SELECT id FROM paths p WHERE p.path = $1
CREATE TABLE paths (id bigint PRIMARY KEY, path int[]);
CREATE INDEX ON paths (path);
