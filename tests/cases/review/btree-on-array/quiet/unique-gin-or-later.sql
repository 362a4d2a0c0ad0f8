CREATE TABLE paths (id bigint PRIMARY KEY, path int[] UNIQUE, tags text[], doc jsonb, owner bigint);
CREATE INDEX ON paths USING gin (tags);
CREATE INDEX ON paths (owner, tags);
CREATE INDEX ON paths ((doc ->> 'kind'));
