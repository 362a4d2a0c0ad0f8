-- A configuration comes from one or from the other; each has its key.
CREATE TABLE configs (id bigint PRIMARY KEY, base_id bigint, cache_id bigint, hash text NOT NULL);
CREATE UNIQUE INDEX ON configs (base_id, hash);
CREATE UNIQUE INDEX ON configs (cache_id, hash);
