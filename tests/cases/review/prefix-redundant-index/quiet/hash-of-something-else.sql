-- The B-tree begins with another column, in another collation or operator class, or lacks rows.
CREATE TABLE queue (id bigint PRIMARY KEY, name text, kind text, host text);
CREATE INDEX ON queue USING hash (name);
CREATE INDEX ON queue (name COLLATE "C");
CREATE INDEX ON queue (name text_pattern_ops);
CREATE INDEX ON queue USING hash (kind);
CREATE INDEX ON queue (host, kind);
CREATE INDEX ON queue (kind) WHERE host IS NOT NULL;
